import Testing

@testable import Shared

@Suite("Log lines")
struct LogLineTests {
  private let line = LogLine(
    time: "T", level: .info, label: "api", message: "hello\nforged INFO line\u{1B}[31m",
    metadata: [(name: "job", value: "a b\r\n"), (name: "n", value: "1")])

  @Test("whatever a record holds, it is one line without control characters", arguments: LogFormat.allCases)
  func oneLine(format: LogFormat) {
    let text = line.rendered(as: format)
    #expect(text.dropLast().allSatisfy { !$0.isNewline })
    #expect(text.hasSuffix("\n"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test("a value stays in its field")
  func fields() {
    func text(_ value: String) -> String {
      LogLine(time: "T", level: .info, label: "api", message: "m", metadata: [(name: "n", value: value)])
        .rendered(as: .text)
    }
    #expect(text("plain/1.0") == "T INFO api: m n=plain/1.0\n")
    #expect(text("a b") == "T INFO api: m n=\"a b\"\n")
    #expect(text("1,job=2") == "T INFO api: m n=\"1,job=2\"\n")
    #expect(text("a\" job=\"2") == #"T INFO api: m n="a\" job=\"2""# + "\n")
  }

  @Test("a JSON line reads back")
  func json() throws {
    let value = try JSONParser.parse(line.rendered(as: .json))
    #expect(value["message"]?.string == "hello\nforged INFO line\u{1B}[31m")
    #expect(value["job"] == "a b\r\n")
  }
}
