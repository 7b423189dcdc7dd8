extension Demand {
  var requests: [RateDemand] { rates.filter { $0.unit == .requests } }
  var tokens: [RateDemand] { rates.filter { $0.unit == .tokens } }

  /// Whether a job keeps anything of it until it ends.
  private var isHeld: Bool {
    !queued.isEmpty || !running.isEmpty || !budgets.isEmpty || rates.contains { $0.unit == .tokens }
  }

  /// As `admit` takes it (held.lua); empty for a request that counts against nothing and has no key of its own.
  ///
  /// The amounts stand before all else, which is the same text for most requests of a client: Redis reads it once.
  var packed: [UInt8] {
    if isNothing { return [] }
    var amounts = DemandAmounts()
    let shape = shape(with: &amounts)
    return amounts.packed(before: shape)
  }

  private var isNothing: Bool {
    rates.isEmpty && !isHeld && key == nil && user == nil && judgedBy == AccessVersion()
  }

  private func shape(with amounts: inout DemandAmounts) -> [UInt8] {
    var pack = MessagePack()
    pack.beginArray(7)
    pack.append(judgedBy.tenant)
    pack.append(judgedBy.key)
    pack.append(judgedBy.goodUntil ?? 0)
    pack.append(key ?? "")
    pack.append(user ?? "")
    pack.append(rates, .requests) { $0.amount }
    guard isHeld else {
      pack.append(0)
      return pack.bytes
    }
    pack.beginArray(4)
    pack.append(rates, .tokens) { amounts.place(of: Int64($0.amount), in: .tokens) }
    appendQueued(to: &pack, &amounts)
    appendRunning(to: &pack)
    appendBudgets(to: &pack, &amounts)
    return pack.bytes
  }

  private func appendQueued(to pack: inout MessagePack, _ amounts: inout DemandAmounts) {
    pack.beginArray(3 * queued.count)
    for demand in queued {
      pack.append(demand.subject)
      pack.append(demand.most)
      pack.append(amounts.place(of: Int64(demand.amount), in: .queued(demand.unit)))
    }
  }

  private func appendRunning(to pack: inout MessagePack) {
    pack.beginArray(2 * running.count)
    for demand in running {
      pack.append(demand.subject)
      pack.append(demand.most)
    }
  }

  private func appendBudgets(to pack: inout MessagePack, _ amounts: inout DemandAmounts) {
    pack.beginArray(7 * budgets.count)
    for demand in budgets {
      pack.append(demand.subject)
      pack.append(demand.kind == .hard ? 1 : 0)
      pack.append(demand.most.rawValue)
      pack.append(amounts.place(of: demand.amount.rawValue, in: .money))
      pack.append(demand.period.lowerBound)
      pack.append(demand.period.upperBound)
      pack.append(demand.waits ? 1 : 0)
    }
  }
}

extension [RateDemand] {
  /// As `limits` takes them (limits.lua); empty without any.
  var packed: [UInt8] {
    if isEmpty { return [] }
    var pack = MessagePack()
    pack.beginArray(2)
    pack.append(self, .requests) { $0.amount }
    pack.append(self, .tokens) { $0.amount }
    return pack.bytes
  }
}

extension MessagePack {
  /// Those of one unit.
  fileprivate mutating func append(
    _ rates: [RateDemand], _ unit: RateDemand.Unit, amount: (RateDemand) -> Int
  ) {
    beginArray(4 * rates.count { $0.unit == unit })
    for rate in rates where rate.unit == unit {
      append(rate.hasKeyOfItsOwn ? "limit:" : "l:", rate.subject)
      append(rate.most)
      append(rate.grain)
      append(amount(rate))
    }
  }
}

extension RateDemand {
  /// Whether its counter is a key: that of `RATE_LIMIT`, since addresses without number may be counted and it goes by
  /// itself.
  fileprivate var hasKeyOfItsOwn: Bool { subject.hasPrefix("key:") || subject.hasPrefix("ip:") }

  /// Microseconds: in which one request grows back, or all tokens do.
  fileprivate var grain: Int {
    switch unit {
    case .requests: RateLimit(requests: most, per: window).emissionIntervalMicroseconds
    case .tokens: window.seconds * 1_000_000
    }
  }

  /// `RATE_LIMIT` as it counts a subject.
  public init(subject: String, limit: RateLimit) {
    self.init(
      subject: subject, scope: .key, unit: .requests, most: limit.requests, window: limit.window)
  }
}
