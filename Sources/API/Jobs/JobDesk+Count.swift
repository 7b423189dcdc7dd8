import Shared

/// Requests that become no job, and count in limits of requests all the same.
extension JobDesk {
  /// Counts a question that is answered without a job, and says what is left of its client's limits. Throws ``Problem`` where
  /// the client may not ask this, or one of the limits refuses it. While Redis is away nothing is counted.
  func count(_ order: JobOrder, by client: Client) async throws(Problem) -> RateLimitStates? {
    var order = order
    order.resolveAlias(by: judge.catalogs)
    let resolved = order
    return try await count(by: client) { (client) throws(Problem) in
      try judge.demand(of: resolved, by: client, bytes: 0)
    }
  }

  /// The same of a request that asks nobody, and changes what is kept.
  func countChange(by client: Client, user: String?) async throws(Problem) -> RateLimitStates? {
    try await count(by: client) { (client) throws(Problem) in
      try judge.demand(ofChangeBy: client, user: user)
    }
  }

  /// `judging` says what it takes of the limits of its client, as that is known then.
  private func count(
    by client: Client, _ judging: (Client) throws(Problem) -> Demand
  ) async throws(Problem) -> RateLimitStates? {
    var client = client
    for _ in 0..<RequestJudge.mostTimes {
      let demand = try judging(client)
      guard !demand.rates.isEmpty else { return nil }
      let outcome: AdmissionOutcome
      do { outcome = try await queue.count(demand, of: client.tenant) } catch { return nil }
      switch outcome {
      case .admitted(_, _, let limits): return limits
      case .limited(let rate, let retryAfter, let limits):
        throw .limitReached(
          client.policy.refusal(.rate(rate, after: retryAfter), user: demand.user), limits)
      case .stale(let now):
        judge.ring.clock.heard(now)
        client = try await judge.renewed(client)
      case .putOff, .cached, .replayed, .keyReused, .full, .overBudget, .conversation, .unacknowledged:
        throw .internalError
      }
    }
    throw .unavailable(.recordsChange, retryAfter: .seconds(1))
  }
}
