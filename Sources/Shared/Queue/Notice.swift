/// What a tenant and its operator are told of a limit or budget, once a period.
public struct Notice: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// ``percent`` of a budget, 50, 80 or 100, are spent.
    case spent
    /// A hard budget has refused its first request of the period, or put it off to the next.
    case refused
    /// A limit has refused requests for more than five minutes.
    case limited

    /// The name of the event by which a webhook is told.
    public var event: String {
      switch self {
      case .spent: "budget.spent"
      case .refused: "budget.refused"
      case .limited: "limit.reached"
      }
    }
  }

  /// The job that tells of it: the same whenever the same is told.
  public let id: JobID
  /// When it became true, by the clock of Redis (Unix milliseconds).
  public let at: Int64
  public let tenant: String
  /// Whom ``subject`` counts, where that is a user.
  public let user: String?
  /// Whose limit or budget it is: ``BudgetDemand/subject`` or ``RateDemand/subject``.
  public let subject: String
  public let kind: Kind
  /// Of the budget that is spent.
  public let percent: Int
  /// When the budget's period began, or the limit began to refuse (Unix milliseconds).
  public let period: Int64
  /// When the budget's period ends; nil for one for life, for limits, and where the job that crossed it was admitted in a period
  /// before and its step could not know: ``JobQueue/dated(_:)``.
  public internal(set) var finish: Int64?
  /// Whether the budget is a soft one.
  public let isSoft: Bool
  /// The most of the limit, or the nano-dollars of the budget.
  public let most: Int64
  /// Nano-dollars.
  public let spent: Int64
  /// The window of a limit of requests or tokens (microseconds, a little less where it does not divide); else nil.
  public let window: Int64?

  /// Reads what a step has written (notices.lua); nil for anything else.
  init?(_ fields: [String: String]) {
    guard let id = fields["id"].flatMap(JobID.init(rawValue:)), let tenant = fields["tenant"],
      let subject = fields["subject"], let kind = fields["kind"].flatMap(Kind.init)
    else { return nil }
    func number(_ name: String) -> Int64? { fields[name].flatMap(Int64.init) }
    self.id = id
    self.tenant = tenant
    self.subject = subject
    self.kind = kind
    user = fields["user"]
    at = number("at") ?? 0
    percent = number("percent").map(Int.init) ?? 0
    period = number("period") ?? 0
    finish = number("finish")
    // Steps of before say it by the code alone.
    isSoft = fields["soft"] != nil || LimitSubject.parts(of: subject).code.first == "s"
    most = number("most") ?? 0
    spent = number("spent") ?? 0
    window = number("window")
  }

  /// The same of JSON.
  init?(json: JSONValue) {
    guard let members = json.object else { return nil }
    self.init(
      Dictionary(uniqueKeysWithValues: members.compactMap { name, value in value.string.map { (name, $0) } }))
  }

  /// What ``init(json:)`` reads.
  var json: JSONValue {
    let fields: [(String, String?)] = [
      ("id", id.rawValue), ("at", "\(at)"), ("tenant", tenant), ("user", user), ("subject", subject),
      ("kind", kind.rawValue), ("percent", "\(percent)"), ("period", "\(period)"),
      ("finish", finish.map { "\($0)" }), ("soft", isSoft ? "1" : nil), ("most", "\(most)"),
      ("spent", "\(spent)"),
      ("window", window.map { "\($0)" }),
    ]
    var members = JSONObject()
    for (name, value) in fields { if let value { members[name] = .string(value) } }
    return .object(members)
  }
}
