public import NIOCore

/// Reads one JSON text strictly: UTF-8 without a byte order mark, bounded depth, no key twice in one object. What a provider
/// has sent is read as far as it means anything: see ``Rules``.
///
/// Foundation's decoder is not used because it accepts UTF-16 and duplicate keys and takes seconds on
/// deep nesting; a gateway must not be stopped by a 3 KB body.
public struct JSONParser {
  /// The deepest nesting of arrays and objects that is accepted of a client.
  public static let depthLimit = 64

  /// What a text may be, by who has written it.
  public enum Rules: Sendable {
    /// Whoever asks can be told what is wrong.
    case client
    /// An answer that is paid is read if it can be: of equal names the last counts, a byte order mark is passed over, and a
    /// number may be greater than any of ours.
    case provider
    /// What was made of either of them, some levels deeper.
    case own

    /// Each level takes some hundred bytes of a thread's stack.
    fileprivate var depthLimit: Int {
      switch self {
      case .client: JSONParser.depthLimit
      case .provider: 512
      case .own: 576
      }
    }
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let rules: Rules
  private let depthLimit: Int
  private let loneSurrogates: LoneSurrogates
  private var position = 0
  private var depth = 0

  /// What becomes of half a surrogate pair, which is no character (RFC 8259, section 8.2).
  public enum LoneSurrogates: Sendable {
    case refused
    /// It becomes U+FFFD.
    case replaced
    /// It is kept for its other half, which may come in another text: see ``HalfCharacters``.
    case kept
  }

  /// Parses the readable bytes of a buffer.
  public static func parse(
    _ buffer: ByteBuffer, of rules: Rules = .client, loneSurrogates: LoneSurrogates = .refused
  ) throws(JSONParsingError) -> JSONValue {
    try buffer.withUnsafeReadableBytes { raw in
      Result { () throws(JSONParsingError) in
        try raw.withMemoryRebound(to: UInt8.self) { bytes in
          Result { () throws(JSONParsingError) in try parse(bytes, of: rules, loneSurrogates: loneSurrogates)
          }
        }.get()
      }
    }.get()
  }

  /// Parses the UTF-8 bytes of a string.
  public static func parse(
    _ text: String, of rules: Rules = .client, loneSurrogates: LoneSurrogates = .refused
  ) throws(JSONParsingError) -> JSONValue {
    try parse(ByteBuffer(string: text), of: rules, loneSurrogates: loneSurrogates)
  }

  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, of rules: Rules, loneSurrogates: LoneSurrogates
  ) throws(JSONParsingError) -> JSONValue {
    var parser = JSONParser(bytes: bytes, rules: rules, loneSurrogates: loneSurrogates)
    if bytes.count >= 3, (bytes[0], bytes[1], bytes[2]) == (0xEF, 0xBB, 0xBF) {
      guard rules == .provider else { throw .byteOrderMark }
      parser.position = 3
    }
    parser.skipWhitespace()
    guard parser.position < bytes.count else { throw .empty }
    let value = try parser.parseValue()
    parser.skipWhitespace()
    guard parser.position == bytes.count else { throw .trailingCharacters(offset: parser.position) }
    return value
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, rules: Rules, loneSurrogates: LoneSurrogates) {
    self.bytes = bytes
    self.rules = rules
    depthLimit = rules.depthLimit
    self.loneSurrogates = loneSurrogates
  }

  private mutating func parseValue() throws(JSONParsingError) -> JSONValue {
    switch try peek() {
    case UInt8(ascii: "{"):
      return try nested { (parser) throws(JSONParsingError) in try parser.parseObject() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONParsingError) in try parser.parseArray() }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true))
    case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false))
    case UInt8(ascii: "n"): return try parseLiteral("null", .null)
    default: return try parseNumber()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONParsingError) -> JSONValue
  ) throws(JSONParsingError) -> JSONValue {
    depth += 1
    guard depth <= depthLimit else { throw .nestedTooDeep(limit: depthLimit, offset: position) }
    position += 1
    skipWhitespace()
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func parseObject() throws(JSONParsingError) -> JSONValue {
    if try take(UInt8(ascii: "}")) { return .object([:]) }
    // Most objects are small, and growing them member by member costs more than reading them.
    var members = JSONObject(minimumCapacity: 4)
    while true {
      let start = position
      guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedCharacter(offset: position) }
      let name = try parseString()
      skipWhitespace()
      guard try take(UInt8(ascii: ":")) else { throw .unexpectedCharacter(offset: position) }
      skipWhitespace()
      let value = try parseValue()
      guard members.updateValue(value, forKey: name) == nil || rules != .client else {
        throw .duplicateKey(name: name, offset: start)
      }
      skipWhitespace()
      if try take(UInt8(ascii: "}")) { return .object(members) }
      guard try take(UInt8(ascii: ",")) else { throw .unexpectedCharacter(offset: position) }
      skipWhitespace()
    }
  }

  private mutating func parseArray() throws(JSONParsingError) -> JSONValue {
    var elements: [JSONValue] = []
    if try take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try parseValue())
      skipWhitespace()
      if try take(UInt8(ascii: "]")) { return .array(elements) }
      guard try take(UInt8(ascii: ",")) else { throw .unexpectedCharacter(offset: position) }
      skipWhitespace()
    }
  }

  private mutating func parseLiteral(
    _ literal: StaticString, _ value: JSONValue
  ) throws(JSONParsingError) -> JSONValue {
    for index in 0..<literal.utf8CodeUnitCount {
      guard position < bytes.count else { throw .unexpectedEnd }
      guard bytes[position] == literal.utf8Start[index] else {
        throw .unexpectedCharacter(offset: position)
      }
      position += 1
    }
    return value
  }
}

// MARK: - Strings

extension JSONParser {
  private mutating func parseString() throws(JSONParsingError) -> String {
    position += 1
    let start = position
    position = bytes.endOfPlainJSON(from: start)
    switch try peek() {
    case UInt8(ascii: "\""):
      let text = try utf8(start..<position)
      position += 1
      return text
    case UInt8(ascii: "\\"): return try parseEscapedString(from: start)
    default: throw .unexpectedCharacter(offset: position)
    }
  }

  /// The slower way, taken from the first backslash on.
  private mutating func parseEscapedString(from start: Int) throws(JSONParsingError) -> String {
    var text = try utf8(start..<position)
    while true {
      let runStart = position
      position = bytes.endOfPlainJSON(from: runStart)
      text += try utf8(runStart..<position)
      switch try peek() {
      case UInt8(ascii: "\""):
        position += 1
        return text
      case UInt8(ascii: "\\"): text.unicodeScalars.append(try parseEscape())
      default: throw .unexpectedCharacter(offset: position)
      }
    }
  }

  private mutating func parseEscape() throws(JSONParsingError) -> Unicode.Scalar {
    let start = position
    position += 1
    let kind = try peek()
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try parseUnicodeEscape(start: start)
    default: throw .invalidEscape(offset: start)
    }
  }

  /// `\uXXXX`, or two of them that make a surrogate pair; a lone surrogate is no character.
  private mutating func parseUnicodeEscape(start: Int) throws(JSONParsingError) -> Unicode.Scalar {
    let first = try parseHexQuad(start: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { return try lone(first, start: start) }
    let end = position
    position += 2
    let second = try parseHexQuad(start: start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else {
      // What follows is a character of its own.
      position = end
      return try lone(first, start: start)
    }
    return scalar
  }

  private func lone(_ half: UInt32, start: Int) throws(JSONParsingError) -> Unicode.Scalar {
    switch loneSurrogates {
    case .refused: throw .invalidEscape(offset: start)
    case .replaced: return "\u{FFFD}"
    case .kept: return HalfCharacters.scalar(of: half)
    }
  }

  private mutating func parseHexQuad(start: Int) throws(JSONParsingError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw .unexpectedEnd }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      guard let digit else { throw .invalidEscape(offset: start) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private func utf8(_ range: Range<Int>) throws(JSONParsingError) -> String {
    let run = UnsafeBufferPointer(rebasing: bytes[range]).span
    // Several times faster than `String(validating:as:)`, which is not specialised.
    guard let text = try? UTF8Span(validating: run) else { throw .notUTF8(offset: range.lowerBound) }
    return String(copying: text)
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func parseNumber() throws(JSONParsingError) -> JSONValue {
    let start = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    try skipIntegerPart()
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // The integer has no negative zero.
    if isInteger, let value = Int64(text), value != 0 || text.utf8.count == 1 { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      guard rules != .client else { throw .numberOutOfRange(offset: start) }
      return .number(text)
    }
    // Fifteen digits are always told again as they were.
    if text.utf8.count <= 16, value.isNormal { return .double(value) }
    return text.isHeld(by: value) ? .double(value) : .number(text)
  }

  /// RFC 8259 section 6: no leading zeros.
  private mutating func skipIntegerPart() throws(JSONParsingError) {
    if try peek() == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(JSONParsingError) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
      position += 1
    }
    guard position > start else {
      throw position < bytes.count ? .unexpectedCharacter(offset: position) : .unexpectedEnd
    }
  }
}

// MARK: - Single bytes

extension JSONParser {
  private func peek() throws(JSONParsingError) -> UInt8 {
    guard position < bytes.count else { throw .unexpectedEnd }
    return bytes[position]
  }

  private mutating func take(_ byte: UInt8) throws(JSONParsingError) -> Bool {
    guard try peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}

extension String {
  /// Whether a number's text says what the double does.
  fileprivate func isHeld(by value: Double) -> Bool {
    if value.isNormal, value.description == self { return true }
    let mantissa = utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.filter { $0 != 0x2D && $0 != 0x2E }
    if value.isZero { return mantissa.allSatisfy { $0 == UInt8(ascii: "0") } }
    let digits = mantissa.drop { $0 == UInt8(ascii: "0") }
    return digits.count <= 15 && value.isNormal
  }
}
