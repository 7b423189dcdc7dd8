/// What a tenant and its operator are told of a limit or budget, once a period.
public struct Notice: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// ``percent`` of a budget, 50, 80 or 100, are spent.
    case spent
    /// A hard budget has refused its first request of the period.
    case refused
    /// A limit has refused requests for more than a minute.
    case limited
  }

  /// The notice's place in the stream, such as `1738312502481-0`.
  public let id: String
  public let tenant: String
  /// Whose limit or budget it is: ``BudgetDemand/subject`` or ``RateDemand/subject``.
  public let subject: String
  public let kind: Kind
  public let percent: Int
  /// When the budget's period began, or the limit began to refuse (Unix milliseconds).
  public let period: Int64

  /// Reads one entry of the stream; nil for anything else.
  init?(_ entry: RESPValue) {
    guard let parts = entry.array, parts.count == 2, let id = parts[0].string, let pairs = parts[1].array
    else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      if let name = pairs[index].string { fields[name] = pairs[index + 1].string }
    }
    guard let tenant = fields["tenant"], let subject = fields["subject"],
      let kind = fields["kind"].flatMap(Kind.init)
    else { return nil }
    self.id = id
    self.tenant = tenant
    self.subject = subject
    self.kind = kind
    percent = fields["percent"].flatMap(Int.init) ?? 0
    period = fields["period"].flatMap(Int64.init) ?? 0
  }
}
