import Shared

extension JobDesk {
  /// Counts a request that is answered without a job in its client's limits of requests, and says what is left of them. Throws
  /// ``Problem`` where the client may not ask this, or one of the limits refuses it. While Redis is away nothing is counted.
  func count(_ order: JobOrder, by client: Client) async throws(Problem) -> RateLimitStates? {
    var (client, order) = (client, order)
    order.resolveAlias(by: judge.catalogs)
    for _ in 0..<RequestJudge.mostTimes {
      let demand = try judge.demand(of: order, by: client, bytes: 0)
      guard !demand.rates.isEmpty else { return nil }
      let outcome: AdmissionOutcome
      do { outcome = try await queue.count(demand, of: client.tenant) } catch { return nil }
      switch outcome {
      case .admitted(_, _, let limits): return limits
      case .limited(let rate, let retryAfter, _):
        throw .limitReached(client.policy.refusal(.rate(rate, after: retryAfter), user: demand.user))
      case .stale(let now):
        judge.ring.clock.heard(now)
        client = try await judge.renewed(client)
      case .cached, .replayed, .keyReused, .full, .overBudget, .conversation, .unacknowledged:
        throw .internalError
      }
    }
    throw .unavailable(.recordsChange, retryAfter: .seconds(1))
  }
}
