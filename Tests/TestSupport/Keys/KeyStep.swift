/// What one step of the queue did to jobs, limits and budgets.
public struct KeyStep: Sendable {
  public enum Event: Sendable {
    case made(KeyJob)
    /// It stands at a gate, or will come to one.
    case waits(job: String, gate: String)
    /// It stands at no gate any more.
    case passed(job: String)
    /// It follows no call any more: it makes one of its own.
    case leads(job: String)
    /// `time` is in milliseconds.
    case ended(job: String, state: String, time: Int64)
    /// The usage record of its end. `time` is in milliseconds.
    case used(job: String, tokens: Int64, nanos: Int64, time: Int64)
    /// What was bought for it before its present attempt has come to so much. `time` is in milliseconds.
    case bought(job: String, tokens: Int64, nanos: Int64, time: Int64)
    /// A count or field of `held` has another value, or was taken away.
    case counted(field: String, value: String?)
  }

  public var events: [Event]

  public init(_ events: [Event]) { self.events = events }
}

/// A job as its admission left it.
public struct KeyJob: Sendable {
  public let id: String
  /// Milliseconds of Redis' clock.
  public let created: Int64
  public let isHit: Bool
  public let follows: Bool
  public let gate: String?
  public let demand: KeyDemand?

  public init(
    id: String, created: Int64, isHit: Bool = false, follows: Bool = false, gate: String? = nil,
    demand: KeyDemand?
  ) {
    self.id = id
    self.created = created
    self.isHit = isHit
    self.follows = follows
    self.gate = gate
    self.demand = demand
  }
}

extension KeyStep {
  private static let base = "sluice:{0}:"

  /// Whether a key's changes matter here.
  public static func concerns(_ key: String) -> Bool {
    guard key.hasPrefix(base) else { return false }
    let name = key.dropFirst(base.count)
    return name == "held" || name == "usage" || name.hasPrefix("j:job_")
  }

  /// Reads the changes of a step. `counts` is what steps before it have left, from the first on.
  public init(_ commands: [RedisJournal.Command], _ counts: inout HeldCounts) {
    events = []
    for command in commands { events += Self.events(command, &counts) }
  }

  private static func events(_ command: RedisJournal.Command, _ counts: inout HeldCounts) -> [Event] {
    switch command.key.dropFirst(base.count) {
    case "held": counts.events(command)
    case "usage": use(command)
    case let name: changes(of: String(name.dropFirst(2)), command)
    }
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  static func pairs(_ arguments: [[UInt8]]) -> [(name: String, value: [UInt8])] {
    stride(from: 0, to: arguments.count - 1, by: 2).map { (text(arguments[$0]), arguments[$0 + 1]) }
  }

  private static func use(_ command: RedisJournal.Command) -> [Event] {
    guard command.name == "XADD",
      let place = command.arguments.firstIndex(where: { text($0).contains(#/^\d+-\d+$/#) }),
      let time = Int64(text(command.arguments[place]).prefix { $0 != "-" })
    else { return [] }
    let fields = Dictionary(pairs(Array(command.arguments[(place + 1)...])).map { ($0, text($1)) }) { $1 }
    func number(_ name: String) -> Int64 { fields[name].flatMap { Int64($0) } ?? 0 }
    guard let job = fields["job"] else { return [] }
    return [
      .used(job: job, tokens: number("prompt") + number("completion"), nanos: number("nanos"), time: time)
    ]
  }

  private static func changes(of id: String, _ command: RedisJournal.Command) -> [Event] {
    switch command.name {
    case "HSET":
      let fields = Dictionary(pairs(command.arguments)) { $1 }
      if let created = fields["ct"].flatMap({ Int64(text($0)) }) {
        return [.made(job(id, created, fields))]
      }
      var events: [Event] = []
      if let bought = fields["pu"] { events += Self.bought(id, text(bought)) }
      if let gate = fields["gt"] { events.append(.waits(job: id, gate: text(gate))) }
      if let state = fields["s"], let time = fields["ft"].flatMap({ Int64(text($0)) }) {
        events.append(.ended(job: id, state: text(state), time: time))
      }
      return events
    case "HDEL":
      let fields = command.arguments.map(text)
      return (fields.contains("gt") ? [.passed(job: id)] : [])
        + (fields.contains("fo") ? [.leads(job: id)] : [])
    default: return []
    }
  }

  /// Prompt and completion tokens, nano-dollars, how many attempts were lost, whether a price was not known, and when.
  private static func bought(_ id: String, _ text: String) -> [Event] {
    let numbers = text.split(separator: " ").prefix(6).compactMap { Int64($0) }
    guard numbers.count == 6 else { return [.counted(field: "pu \(text)", value: "?")] }
    return [.bought(job: id, tokens: numbers[0] + numbers[1], nanos: numbers[2], time: numbers[5])]
  }

  private static func job(_ id: String, _ created: Int64, _ fields: [String: [UInt8]]) -> KeyJob {
    KeyJob(
      id: id, created: created, isHit: fields["hit"] != nil, follows: fields["fo"] != nil,
      gate: fields["gt"].map(text), demand: fields["h"].flatMap { KeyDemand(packed: $0) })
  }
}
