import NIOCore
import Testing

@testable import Shared

@Suite("JSON is read strictly")
struct JSONParserTests {
  @Test(
    "every kind of value is read",
    arguments: [
      ("null", JSONValue.null), ("9223372036854775807", JSONValue.integer(Int64.max)), ("true", true),
      ("false", false), ("0", 0), ("-12", -12), ("1.5", 1.5),
      ("1e2", 100.0), ("\"\"", ""), ("[]", []), ("{}", [:]),
      (" [1, {\"a\": [null]} ] ", [1, ["a": [nil]]]), (#""\u00e9\ud83d\ude00\n\/""#, "é😀\n/"),
      (#""plain \\ \" \t""#, "plain \\ \" \t"),
    ] as [(String, JSONValue)])
  func reads(text: String, expected: JSONValue) throws {
    #expect(try JSONParser.parse(text) == expected)
  }

  @Test("members keep their order")
  func order() throws {
    let value = try JSONParser.parse(#"{"z":1,"a":2,"m":3}"#)
    #expect(value.object.map { Array($0.keys) } == ["z", "a", "m"])
  }

  @Test(
    "what is no JSON is refused, with the place",
    arguments: [
      ("", JSONParsingError.empty), ("  ", .empty), ("[1,]", .unexpectedCharacter(offset: 3)),
      ("{\"a\" 1}", .unexpectedCharacter(offset: 5)), ("[1", .unexpectedEnd), ("tru", .unexpectedEnd),
      ("1 2", .trailingCharacters(offset: 2)), ("01", .trailingCharacters(offset: 1)),
      ("+1", .unexpectedCharacter(offset: 0)), ("NaN", .unexpectedCharacter(offset: 0)),
      (".5", .unexpectedCharacter(offset: 0)), ("1.", .unexpectedEnd),
      ("1e400", .numberOutOfRange(offset: 0)),
      ("-1e400", .numberOutOfRange(offset: 0)), ("\"a", .unexpectedEnd),
      ("\"a\nb\"", .unexpectedCharacter(offset: 2)), (#""\x""#, .invalidEscape(offset: 1)),
      (#""\ud800""#, .invalidEscape(offset: 1)), (#""\udc00\ud800""#, .invalidEscape(offset: 1)),
      (#""\u12g4""#, .invalidEscape(offset: 1)), ("'a'", .unexpectedCharacter(offset: 0)),
      ("[1] // no", .trailingCharacters(offset: 4)),
      (#"{"a":1,"b":2,"a":3}"#, .duplicateKey(name: "a", offset: 13)),
      (#"{"a":1,"\u0061":3}"#, .duplicateKey(name: "a", offset: 7)),
    ])
  func refuses(text: String, expected: JSONParsingError) {
    #expect(throws: expected) { try JSONParser.parse(text) }
  }

  @Test("64 levels are read and 65 are not", arguments: [("[", "]"), ("{\"a\":", "}")])
  func depth(open: String, close: String) throws {
    func nested(_ levels: Int) -> String {
      String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
    }
    #expect(throws: Never.self) { try JSONParser.parse(nested(64)) }
    #expect(throws: JSONParsingError.self) { try JSONParser.parse(nested(65)) }
    #expect(throws: JSONParsingError.self) { try JSONParser.parse(nested(100_000)) }
  }

  @Test("what a provider sent is read if it can be: of equal names the last, 512 levels, any number")
  func providers() throws {
    let text = "\u{FEFF}" + #"{"a": 1, "b": 2e400, "a": 3}"#
    let value = try JSONParser.parse(text, of: .provider)
    #expect(value == ["a": 3, "b": .number("2e400")])
    #expect(value.description == #"{"a":3,"b":2e400}"#)
    let (deep, tooDeep) = (512, 513)
    for levels in [deep, tooDeep] {
      let nested = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
      let read = try? JSONParser.parse(nested, of: .provider)
      #expect(read?.description == (levels == deep ? nested : nil))
    }
    #expect(throws: JSONParsingError.self) { try JSONParser.parse("{\"a\": 1, \"a\"}", of: .provider) }
  }

  @Test(
    "a number is told again as it was, or as the shortest that is the same",
    arguments: [
      ("12345678901234567890", "12345678901234567890"), ("-0.0", "-0.0"), ("-0", "-0.0"), ("0.0", "0"),
      ("0", "0"), ("9223372036854775807", "9223372036854775807"), ("1.50", "1.5"), ("1e2", "100"),
      ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
      ("0.30000000000000004", "0.30000000000000004"), ("5e-400", "5e-400"), ("0e7", "0"),
      ("123456789012345678901.5", "123456789012345678901.5"),
      ("1.7976931348623157e+308", "1.7976931348623157e+308"),
    ])
  func numbers(text: String, expected: String) throws {
    #expect(try JSONParser.parse(text).description == expected)
    #expect(try JSONParser.parse(text).double == Double(text))
  }

  @Test(
    "only UTF-8 without a byte order mark is read",
    arguments: [
      [0xEF, 0xBB, 0xBF, 0x31], [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0xFF, 0xFE, 0x31, 0x00], [0x00, 0x31],
    ] as [[UInt8]])
  func encodings(bytes: [UInt8]) {
    #expect(throws: JSONParsingError.self) { try JSONParser.parse(ByteBuffer(bytes: bytes)) }
  }

  @Test("what is written is read back equal")
  func roundTrip() throws {
    let value: JSONValue = [
      "text": "quotes \" slashes \\ / controls \u{1}\u{1F}\n\r\t unicode é😀\u{2028}", "small": 1e-9,
      "large": 1e300, "exact": 0.1, "integer": .integer(.min), "list": [[], [:], nil, false],
    ]
    #expect(try JSONParser.parse(value.serialized()) == value)
  }

  @Test("random bytes never do more than fail")
  func garbage() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("{}[]\",:\\u0129eE+-.truefalsn \n\u{0}\u{FF}".utf8)
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...40, using: &generator)
      let bytes = (0..<length).map { _ in
        alphabet.randomElement(using: &generator) ?? 0
      }
      let buffer = ByteBuffer(bytes: bytes)
      guard let value = try? JSONParser.parse(buffer) else { continue }
      // A number such as 1e2 is read back as the integer that it is, so texts are compared.
      #expect((try? JSONParser.parse(value.serialized()))?.description == value.description)
    }
  }
}
