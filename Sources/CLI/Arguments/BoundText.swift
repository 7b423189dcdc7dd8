import Shared

/// Limits and budgets as they are typed: `100 requests/minute`, `5 running of openai/gpt-4o`, `50/month`,
/// `5/day soft of smart`.
enum BoundText {
  static func limit(_ text: String) throws(RecordFault) -> JSONValue {
    let (bound, model) = parts(of: text)
    guard let model else { return try Limit(parsing: bound).json }
    return try Limit(json: ["limit": .string(bound), "model": .string(model)]).json
  }

  static func budget(_ text: String) throws(RecordFault) -> JSONValue {
    let (bound, model) = parts(of: text)
    let kinds = [" soft": BudgetDemand.Kind.soft, " hard": .hard]
    let kind = kinds.first { bound.hasSuffix($0.key) }
    let budget = try Budget(parsing: kind.map { String(bound.dropLast($0.key.count)) } ?? bound)
    guard var members = budget.json.object else { return budget.json }
    members["kind"] = .string((kind?.value ?? .hard).rawValue)
    if let model { members["model"] = .string(model) }
    return try Budget(json: .object(members)).json
  }

  private static func parts(of text: String) -> (bound: String, model: String?) {
    guard let of = text.firstRange(of: " of ") else { return (text, nil) }
    return (String(text[..<of.lowerBound]), String(text[of.upperBound...]))
  }

  /// A limit or budget of a record as it would be typed; nil for what is none.
  static func written(_ json: JSONValue) -> String? {
    let model = json["model"]?.string.map { " of \($0)" } ?? ""
    if let limit = json["limit"]?.string { return limit + model }
    guard let period = json["per"]?.string, let dollars = NanoDollars(told: json["usd"], atMost: .most) else {
      return nil
    }
    let kind = json["kind"] == .string(BudgetDemand.Kind.soft.rawValue) ? " soft" : ""
    return "\(dollars)/\(period)\(kind)\(model)"
  }
}
