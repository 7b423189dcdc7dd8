/// How limits and budgets stand, in the order in which a ``Demand`` has them.
public struct Standing: Sendable, Hashable {
  /// Of a budget.
  public struct Money: Sendable, Hashable {
    /// In the period of the demand, or in one that has begun since.
    public let spent: NanoDollars
    /// By jobs that have not ended; 0 for soft budgets.
    public let reserved: NanoDollars
  }

  public let rates: [RateLimitState]
  /// Jobs, or bytes, that have not ended.
  public let queued: [Int]
  /// Jobs that run, or are about to.
  public let running: [Int]
  public let budgets: [Money]

  init?(_ reply: RESPValue, of demand: Demand) {
    guard let lists = reply.array?.map({ $0.array ?? [] }), lists.count == 5 else { return nil }
    func states(_ list: [RESPValue]) -> [RateLimitState] { list.compactMap { RateLimitState($0) } }
    func numbers(_ list: [RESPValue]) -> [Int] { list.compactMap { $0.integer.map(Int.init) } }
    var (requests, tokens) = (states(lists[0])[...], states(lists[1])[...])
    rates = demand.rates.compactMap { $0.unit == .requests ? requests.popFirst() : tokens.popFirst() }
    queued = numbers(lists[2])
    running = numbers(lists[3])
    budgets = lists[4].compactMap { budget in
      guard let parts = budget.array?.compactMap(\.integer), parts.count == 2 else { return nil }
      return Money(spent: NanoDollars(rawValue: parts[0]), reserved: NanoDollars(rawValue: parts[1]))
    }
    guard rates.count == demand.rates.count, queued.count == demand.queued.count,
      running.count == demand.running.count, budgets.count == demand.budgets.count
    else { return nil }
  }
}

extension JobQueue {
  /// How the limits and budgets of a demand stand; takes nothing.
  public func standing(of demand: Demand) async throws(QueueError) -> Standing {
    var command = step("standing")
    command.append(demand.packed)
    guard let standing = Standing(try await perform(command), of: demand) else {
      throw .unexpectedReply(step: "standing")
    }
    return standing
  }
}
