import Shared

/// Which models a client of Anthropic's asks for (https://platform.claude.com/docs/en/api/models/list); all, where it does
/// not say.
struct ModelPage {
  let range: Range<Int>
  /// Whether there are others in the direction in which the client goes.
  let hasMore: Bool

  private static let limits = 1...1000

  /// Throws ``Problem`` for parameters that are none. A name that is not there any more begins a list anew.
  init(_ names: [String], of call: Call) throws(Problem) {
    var range = names.indices
    if let after = call.query("after_id"), let index = names.firstIndex(of: after) {
      range = (index + 1)..<range.upperBound
    }
    let before = call.query("before_id").flatMap { names.firstIndex(of: $0) }
    if let before { range = range.clamped(to: 0..<before) }
    let whole = range
    if let text = call.query("limit"), !text.isEmpty {
      guard let limit = Int(text), Self.limits.contains(limit) else {
        throw Call.invalid("query", "limit", "Input should be a number from 1 to \(Self.limits.upperBound)")
      }
      range =
        before == nil
        ? range.lowerBound..<min(range.upperBound, range.lowerBound + limit)
        : max(range.lowerBound, range.upperBound - limit)..<range.upperBound
    }
    self.range = range
    hasMore = range != whole
  }

  static let parameters = [
    ParameterDescription(
      name: "limit", location: .query, schema: ["type": "integer", "minimum": 1, "maximum": 1000],
      description: "How many there are on a page at most; without it all."),
    ParameterDescription(
      name: "after_id", location: .query, schema: ["type": "string"],
      description: "The `last_id` of the page before."),
    ParameterDescription(
      name: "before_id", location: .query, schema: ["type": "string"],
      description: "The `first_id` of the page behind."),
  ]
}
