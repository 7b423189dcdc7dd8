import NIOCore
import Testing

@testable import Shared

@Suite("The words of messages and replies")
struct WordTests {
  @Test("words are taken one by one, each with its space, and what follows the last space is none")
  func words() {
    var bytes = ByteBuffer(string: "job_1 two  last")
    #expect(bytes.readWord() == "job_1")
    #expect(bytes.readWord() == "two")
    #expect(bytes.readWord() == "")
    #expect(bytes.readWord() == nil)
    #expect(String(buffer: bytes) == "last")
  }

  @Test(
    "a number is read up to a space or the end",
    arguments: [
      ("0 rest", 0, "rest"), ("17", 17, ""), ("-5 ", -5, ""), ("9223372036854775807 x", Int64.max, "x"),
      ("-9223372036854775808", Int64.min, ""),
    ])
  func numbers(text: String, number: Int64, rest: String) {
    var bytes = ByteBuffer(string: text)
    #expect(bytes.readNumber() == number)
    #expect(String(buffer: bytes) == rest)
  }

  @Test(
    "what is no whole number is taken and told by nil",
    arguments: ["- rest", "1.5 rest", "9223372036854775808 rest", "1e3 rest", " rest", "+1 rest", "١ rest"])
  func others(text: String) {
    var bytes = ByteBuffer(string: text)
    #expect(bytes.readNumber() == nil)
    #expect(String(buffer: bytes) == "rest")
  }

  @Test("at the end there is neither")
  func end() {
    var bytes = ByteBuffer()
    #expect(bytes.readNumber() == nil)
    #expect(bytes.readWord() == nil)
  }
}
