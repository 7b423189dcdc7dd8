import Shared

/// How long a client is ready to wait for an answer: `?wait=SECONDS`, or `Prefer: wait=SECONDS`.
enum WaitPreference {
  /// The longest wait, in seconds.
  static let limit = 300.0

  /// The parameter as the documentation describes it.
  static let parameter = ParameterDescription(
    name: "wait", location: .query,
    schema: ["type": "number", "minimum": 0, "maximum": .double(limit)],
    description: "How long to wait for the job's end, in seconds; `Prefer: wait=SECONDS` does the same.")

  /// The wait that a client asks for, or nil when it does not say.
  ///
  /// `query` is the percent-decoded value of `wait`, `prefer` the value of `Prefer` with all its lines
  /// joined by commas. The parameter wins. A wrong parameter is refused; a preference is a wish, so a wrong
  /// one is passed over and a long one shortened (RFC 7240 section 2).
  static func read(query: String?, prefer: String?) throws(ValidationErrors) -> Duration? {
    if let query { return try seconds(query) }
    return prefer.flatMap(preferred)
  }

  private static func seconds(_ text: String) throws(ValidationErrors) -> Duration {
    guard isPlainDecimal(text), let seconds = Double(text) else { throw refusal(.notANumberText) }
    if seconds < 0 { throw refusal(.lessThan(0)) }
    if seconds > limit { throw refusal(.greaterThan(.double(limit))) }
    return .milliseconds(Int64((seconds * 1000).rounded()))
  }

  private static func refusal(_ fault: ValidationFault) -> ValidationErrors {
    ValidationErrors(ValidationIssue(fault, at: ["query", "wait"]))
  }

  /// Digits with at most one point among them and a sign before them: no exponent, no `inf`, no `0x10`.
  private static func isPlainDecimal(_ text: String) -> Bool {
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    var points = 0
    for byte in digits {
      if byte == UInt8(ascii: ".") { points += 1 } else if !isDigit(byte) { return false }
    }
    // 32 is more than any sensible number has, and keeps a long parameter cheap.
    return points <= 1 && digits.count > points && digits.count <= 32
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The first `wait` among the preferences (RFC 7240 section 4.3); the parameters of one do not matter.
  private static func preferred(_ header: String) -> Duration? {
    for preference in header.split(separator: ",") {
      let pair = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, trimmed(pair[0]).lowercased() == "wait" else { continue }
      let value = trimmed(pair[1])
      guard value.utf8.allSatisfy(isDigit), !value.isEmpty else { return nil }
      // More digits than an integer holds is more than the limit, too.
      return .seconds(min(Int64(value) ?? .max, Int64(limit)))
    }
    return nil
  }

  /// The token without the white space and the quotes that the grammar allows around it.
  private static func trimmed(_ token: Substring) -> String {
    var token = token
    while let last = token.last, " \t\"".contains(last) { token.removeLast() }
    return String(token.drop { " \t\"".contains($0) })
  }
}
