import NIOCore
import Testing

@testable import Shared

@Suite("JSON is written compactly")
struct JSONWriterTests {
  @Test("members and elements have commas between, at every level")
  func commas() {
    let text = written { json in
      json.object { json in
        json.member("a", "1")
        json.name("b")
        json.array { json in
          json.write(true)
          json.array { $0.write(Int64.min) }
          json.object { _ in }
          json.write(0.5)
        }
        json.member("c", nil)
        json.members(["d": [1, 2], "e\"": [:]])
        json.members(of: ByteBuffer(string: #"{"f":1,"g":2}"#))
        json.members(of: ByteBuffer(string: "{}"))
        json.name("h")
        json.write(json: ByteBuffer(string: "[3]"))
        json.member("i", Int64(10))
      }
    }
    #expect(
      text == #"{"a":"1","b":[true,[-9223372036854775808],{},0.5],"c":null,"d":[1,2],"e\"":{},"#
        + #""f":1,"g":2,"h":[3],"i":10}"#)
  }

  @Test("a text that is all bracket or colon has its comma all the same", arguments: ["{", "[", ":"])
  func misleadingTexts(text: String) {
    #expect(written { $0.array { for _ in 0..<2 { $0.write(text) } } } == "[\"\(text)\",\"\(text)\"]")
  }

  @Test("what is no number of JSON's is null", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(number: Double) { #expect(written { $0.write(number) } == "null") }

  @Test(
    "bytes that need an escape are found wherever they stand, and no others",
    arguments: [
      (UInt8(0x00), "\\u0000"), (0x1F, "\\u001f"), (0x0A, "\\n"), (0x22, "\\\""), (0x5C, "\\\\"),
      (0x20, " "), (0x21, "!"), (0x23, "#"), (0x5B, "["), (0x5D, "]"), (0x7F, "\u{7F}"),
    ])
  func escapes(byte: UInt8, expected: String) throws {
    for length in 0..<20 {
      for place in 0...length {
        // Bytes of all kinds stand around it, among them some whose highest bit is set.
        let text = String("aé😀z !#\u{7F}~aé😀z !#\u{7F}~".prefix(length))
        let (head, tail) = (text.prefix(place), text.dropFirst(place))
        let original = head + String(UnicodeScalar(byte)) + tail + "\"end"
        let json = written { $0.write(String(original)) }
        #expect(json == "\"\(head)\(expected)\(tail)\\\"end\"")
        #expect(try JSONParser.parse(json).string == String(original))
      }
    }
  }

  @Test(
    "parts of a unit are written exactly, and without needless zeros",
    arguments: [
      (Int64(0), 9, "0"), (1, 9, "0.000000001"), (27_000, 9, "0.000027"), (1_000_000_000, 9, "1"),
      (-1_500_000_000, 9, "-1.5"), (12_030, 2, "120.3"), (7, 0, "7"),
      (Int64.max, 9, "9223372036.854775807"), (Int64.min, 9, "-9223372036.854775808"),
    ])
  func decimals(units: Int64, places: Int, expected: String) {
    #expect(written { $0.write(decimal: units, places: places) } == expected)
  }

  private func written(_ write: (inout JSONWriter) -> Void) -> String {
    var json = JSONWriter()
    write(&json)
    return String(buffer: json.buffer)
  }
}
