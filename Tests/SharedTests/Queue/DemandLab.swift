import NIOCore
import TestSupport
import Testing

@testable import Shared

/// Demands and what they come to.
extension QueueLab {
  /// A day around now.
  static let period: Range<Int64> = Timestamp.now - 43_200_000..<Timestamp.now + 43_200_000

  func budget(
    _ amount: Int64, of most: Int64 = 100, _ kind: BudgetDemand.Kind = .hard, subject: String = "t:a:bd",
    period: Range<Int64> = QueueLab.period, waits: Bool = false
  ) -> BudgetDemand {
    BudgetDemand(
      subject: subject, scope: .tenant, kind: kind, most: NanoDollars(rawValue: most),
      amount: NanoDollars(rawValue: amount), period: period, waits: waits)
  }

  func running(_ most: Int, subject: String = "t:a:n") -> RunningDemand {
    RunningDemand(subject: subject, scope: .tenant, most: most)
  }

  func tokens(_ amount: Int, of most: Int = 100) -> RateDemand {
    RateDemand(
      subject: "t:a:td", scope: .tenant, unit: .tokens, most: most, window: .day, amount: amount)
  }

  func demand(
    rates: [RateDemand] = [], queued: [QueuedDemand] = [], running: [RunningDemand] = [],
    budgets: [BudgetDemand] = []
  ) -> Demand {
    var demand = Demand()
    demand.rates = rates
    demand.queued = queued
    demand.running = running
    demand.budgets = budgets
    return demand
  }

  /// A job's answer that cost so much.
  func complete(_ job: ClaimedJob, cost: Int64 = 0, tokens: Int = 0) async throws {
    let result = JobResult(
      response: "answer", provider: "p", model: "m", finishReason: .stop,
      usage: TokenUsage(promptTokens: tokens, completionTokens: 0), cost: NanoDollars(rawValue: cost),
      latency: .zero, cascadePath: [])
    let settlement = try await queue.complete(job.lease, with: result, isCacheable: true)
    guard settlement == .recorded else { throw NothingToClaim() }
  }

  /// The sums of what jobs hold: what limits and periods have taken is none.
  func sums() async throws -> [String: Int] {
    let pairs = try await redis("HGETALL", ":held").array ?? []
    var sums: [String: Int] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      let counts = OwnerCounts(field: pairs[index].string ?? "", stored: pairs[index + 1].bytes)
      for (name, value) in counts.values where !name.hasPrefix("l:") { sums[name] = Int(value) }
    }
    return sums
  }

  /// Stores counts of one owner, by names such as `n:t:a:n`, in place of all that is counted of it.
  func store(_ counts: [(name: String, value: Int64)]) async throws {
    let stored = OwnerCounts.stored(counts)
    var command = RedisCommand("HSET", key("held"), stored.field)
    command.append(stored.bytes)
    _ = try await redis.send(command)
  }

  func spent(_ subject: String = "t:a:bd") async throws -> Int? {
    try await redis("HGET", ":held", "s:\(subject)").string?.split(separator: " ")[1].description
      .wholeNumber
  }

  func tokensLeft() async throws -> Int? {
    try await queue.limits([tokens(0)]).tokens?.remaining
  }
}

extension String {
  fileprivate var wholeNumber: Int? { Int(self) }
}
