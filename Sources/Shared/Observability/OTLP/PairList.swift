/// `name=value,name=value`, as `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS` have it: values percent-encoded,
/// as in baggage.
enum PairList {
  /// Nil when a part is none.
  static func parse(_ text: String) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in text.split(separator: ",") {
      let part = trimmed(part)
      if part.isEmpty { continue }
      guard let equals = part.firstIndex(of: "="), let name = decoded(trimmed(part[..<equals])),
        !name.isEmpty,
        let value = decoded(trimmed(part[part.index(after: equals)...]))
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  private static func trimmed(_ text: Substring) -> Substring {
    let rest = text.drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return rest[...last]
  }

  /// Without percent-encoding; nil for one that is broken, or is no UTF-8.
  private static func decoded(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
        let value = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
