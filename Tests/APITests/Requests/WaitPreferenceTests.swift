import Shared
import Testing

@testable import API

@Suite("How long a client waits")
struct WaitPreferenceTests {
  @Test(
    "the parameter takes 0 to 300 seconds, decimals included",
    arguments: [
      ("0", 0), ("0.0", 0), ("1.5", 1500), ("300", 300_000), ("300.000", 300_000), (".5", 500),
      ("-0", 0), ("0.0004", 0), ("0.0005", 1),
    ])
  func accepted(text: String, milliseconds: Int) throws {
    #expect(try WaitPreference.read(query: text, prefer: nil) == .milliseconds(milliseconds))
  }

  @Test(
    "anything else is refused, with the parameter's name",
    arguments: [
      ("300.001", "less_than_equal"), ("99999999999999999999", "less_than_equal"),
      ("-1", "greater_than_equal"), ("", "float_parsing"), (" 1", "float_parsing"),
      ("1e2", "float_parsing"), ("inf", "float_parsing"), ("nan", "float_parsing"),
      ("0x10", "float_parsing"), ("+1", "float_parsing"), ("1.2.3", "float_parsing"), (".", "float_parsing"),
      ("-", "float_parsing"), ("１", "float_parsing"), ("5s", "float_parsing"),
    ])
  func refused(text: String, fault: String) throws {
    let errors = try #require(throws: ValidationErrors.self) {
      try WaitPreference.read(query: text, prefer: nil)
    }
    #expect(errors.issues.map(\.json["loc"]) == [["query", "wait"]])
    #expect(errors.issues.map(\.fault.type) == [fault])
  }

  @Test(
    "the Prefer header is read as RFC 7240 writes it",
    arguments: [
      ("wait=10", 10), ("respond-async, wait=10", 10), ("WAIT = 5 ; foo=bar", 5), ("wait=\"7\"", 7),
      ("handling=lenient,wait=0,wait=9", 0), ("wait=1000", 300), ("wait=99999999999999999999", 300),
    ])
  func preferred(header: String, seconds: Int) throws {
    #expect(try WaitPreference.read(query: nil, prefer: header) == .seconds(seconds))
  }

  @Test(
    "a preference that makes no sense is passed over",
    arguments: ["", "wait", "wait=", "wait=-1", "wait=1.5", "wait=soon", "await=5", "respond-async", ",;=,"])
  func ignored(header: String) throws {
    #expect(try WaitPreference.read(query: nil, prefer: header) == nil)
  }

  @Test("the parameter wins over the header, and neither means no wish")
  func precedence() throws {
    #expect(try WaitPreference.read(query: "2", prefer: "wait=9") == .seconds(2))
    #expect(try WaitPreference.read(query: nil, prefer: nil) == nil)
  }
}
