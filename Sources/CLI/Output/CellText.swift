import Shared

/// What a value of a record is in a table.
enum CellText {
  static let nothing = "-"

  static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: nothing
    case .bool(let flag)?: flag ? "yes" : "no"
    case .string(let text)?: text.isEmpty ? nothing : text
    case .array(let values)?: values.isEmpty ? nothing : values.map { element($0) }.joined(separator: ", ")
    case .object(let members)?:
      members.isEmpty
        ? nothing : members.map { "\($0.key)=\(element($0.value))" }.joined(separator: ", ")
    case .integer(let count)?: String(count)
    case .double?, .number?: number(value ?? .null)
    }
  }

  /// Of a list of limits or budgets an element as it would be typed.
  private static func element(_ value: JSONValue) -> String {
    if let bound = BoundText.written(value) { return bound }
    switch value {
    case .array, .object: return String(buffer: value.serialized())
    default: return text(value)
    }
  }

  /// Without an exponent, which money of a cheap model would have. What is larger than any money is shown as it is.
  static func number(_ value: JSONValue) -> String {
    guard let dollars = NanoDollars(told: value, atMost: .most), dollars < .most else {
      return String(buffer: value.serialized())
    }
    return dollars.description
  }

  /// A time to the second.
  static func time(_ value: JSONValue?) -> String {
    guard let text = value?.string, text.hasSuffix("Z"), let point = text.firstIndex(of: ".") else {
      return self.text(value)
    }
    return text[..<point] + "Z"
  }
}
