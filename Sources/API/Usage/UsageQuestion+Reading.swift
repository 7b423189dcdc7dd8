import HummingbirdCore
import Shared

extension UsageQuestion {
  /// What a request for sums asks. Throws ``Problem`` for what it cannot mean: a filter that is not known would be a wrong sum.
  init(sums call: Call) throws(Problem) {
    self.init()
    try read(call, canGroup: true)
    guard let text = call.query("cursor") else { return }
    guard let values = UsageRowCursor.read(text), values.count == groups.count else {
      throw Call.invalid("query", "cursor", "Input should be the `next` of a page with the same `group_by`")
    }
    cursor = values
  }

  /// The same of a request for records, whose cursor is a record's id.
  init(records call: Call) throws(Problem) {
    self.init()
    try read(call, canGroup: false)
  }

  private mutating func read(_ call: Call, canGroup: Bool) throws(Problem) {
    var seen: Set<String> = []
    for (name, value) in call.request.uri.queryParameters {
      // Names, too, may be escaped: `tag%3Ateam`.
      let name = URI("/?name=\(name)").queryParameters["name"].map(String.init) ?? String(name)
      guard seen.insert(name).inserted else { throw Call.invalid("query", name, "Send it once") }
      try read(name, String(value), canGroup)
    }
    if call.query("limit") != nil { limit = try call.recordPageSize() }
    if let from, let to, from >= to { throw Call.invalid("query", "to", Self.orderSentence) }
  }

  static let orderSentence = "Input should be later than `from`"

  private mutating func read(_ name: String, _ value: String, _ canGroup: Bool) throws(Problem) {
    switch name {
    case "from": from = try Self.time(value, name).milliseconds
    case "to": to = try Self.time(value, name).end
    case "format":
      guard let format = UsageFormat(rawValue: value) else {
        throw .validation(
          ValidationErrors(
            ValidationIssue(.notOneOf(UsageFormat.allCases.map(\.rawValue)), at: ["query", "format"])))
      }
      self.format = format
    case "group_by" where canGroup: groups = try Self.groups(value)
    case "limit", "cursor": break
    default:
      guard let dimension = UsageDimension(name), dimension.period == nil else {
        throw Call.invalid("query", name, Self.unknownSentence(canGroup))
      }
      filters[dimension] = try Self.filter(dimension, value)
    }
  }

  private static func time(_ text: String, _ name: String) throws(Problem) -> UsageTime {
    guard let time = UsageTime(text) else {
      throw Call.invalid(
        "query", name, "Input should be a date such as 2026-01-31, or a time such as 2026-01-31T09:15:00Z")
    }
    return time
  }

  private static let groupNames =
    UsageDimension.fixed.map(\.name).joined(separator: ", ") + " and tag:NAME"

  private static func groups(_ text: String) throws(Problem) -> [UsageDimension] {
    guard !text.isEmpty else { return [] }
    var groups: [UsageDimension] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let dimension = UsageDimension(String(name)) else {
        throw Call.invalid("query", "group_by", "Input should be any of \(groupNames), by commas")
      }
      guard !groups.contains(dimension) else {
        throw Call.invalid("query", "group_by", "Name each group once")
      }
      groups.append(dimension)
    }
    return groups
  }

  /// What a filter may be. The text of a key is not repeated: it may be the key itself.
  private static func filter(_ dimension: UsageDimension, _ value: String) throws(Problem) -> String {
    let rule: String? =
      switch dimension {
      case .tenant where TenantID(rawValue: value) == nil: "Input should be a tenant's id"
      case .key where !value.isEmpty && KeyID(rawValue: value) == nil:
        "Input should be a key's id, such as key_01…, or nothing for SERVICE_API_KEY"
      case .lane where !value.isEmpty && Lane(rawValue: value) == nil:
        "Input should be \(Lane.allCases.map(\.rawValue).joined(separator: ", "))"
      default: value.exceeds(scalars: 1024) ? "Input should have at most 1024 characters" : nil
      }
    if let rule { throw Call.invalid("query", dimension.name, rule) }
    return value
  }

  private static func unknownSentence(_ canGroup: Bool) -> String {
    "There is no such parameter; there are from, to, \(canGroup ? "group_by, " : "")limit, cursor, format, and "
      + "as filters tenant, key, user, route, provider, model, lane and tag:NAME"
  }
}
