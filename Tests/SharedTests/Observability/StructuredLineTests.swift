import Testing

@testable import Shared

@Suite("Lines of requests")
struct StructuredLineTests {
  private func line(_ format: LogFormat, _ add: (inout StructuredLine) -> Void) -> String {
    var line = StructuredLine(
      "request", words: "GET /jobs 200 in 3 ms", level: .info, label: "sluice-api", at: 1_769_850_902_481,
      as: format)
    add(&line)
    return String(decoding: line.finished(), as: UTF8.self)
  }

  private func addAll(_ line: inout StructuredLine) {
    line.member("tenant", "search")
    line.member("user", "anna b")
    line.member("status", 200)
    line.member("cost_usd", decimal: 27_000, places: 9)
    line.member("spent", number: "0.5")
    line.member("client_gone", ifTrue: true)
    line.member("key", nil as String?)
    line.member("bytes_in", nil as Int?)
    line.member("gone", ifTrue: false)
  }

  @Test("in JSON the members stand beside the time, numbers as numbers, and what does not apply is absent")
  func json() {
    let text = line(.json, addAll)
    let head =
      #"{"time":"2026-01-31T09:15:02.481Z","level":"info","logger":"sluice-api","message":"request","#
    let rest =
      #""tenant":"search","user":"anna b","status":200,"cost_usd":0.000027,"spent":0.5,"client_gone":true}"#
    #expect(text == head + rest + "\n")
  }

  @Test("in text they come behind the words")
  func text() {
    let head = "2026-01-31T09:15:02.481Z INFO sluice-api: GET /jobs 200 in 3 ms "
    let rest = #"tenant=search user="anna b" status=200 cost_usd=0.000027 spent=0.5 client_gone=true"#
    #expect(line(.text, addAll) == head + rest + "\n")
  }

  @Test("what clients send is escaped in the words, too")
  func words() {
    let words: LogWords = "GET \("/a\nb\u{1B}\u{2028}é") \(200) in \(Int64(-3)) ms"
    #expect(String(decoding: words.bytes, as: UTF8.self) == #"GET /a\nb\u{1B}\u{2028}é 200 in -3 ms"#)
  }

  @Test("whatever a member holds, it is one line without control characters", arguments: LogFormat.allCases)
  func oneLine(format: LogFormat) {
    let forged = "x\r\n2026 ERROR\u{1B}[31m\u{9B}\u{7F}\u{2028}\u{202E}\" a=\"b"
    let text = line(format) { $0.member("user_agent", forged) }
    #expect(
      text.dropLast().unicodeScalars.allSatisfy { scalar in
        scalar.properties.generalCategory != .control && scalar != "\u{2028}" && scalar != "\u{202E}"
      }, "\(text)")
    #expect(text.hasSuffix("\n") && !text.contains(" a=\"b\" "))
  }

  @Test("times of any year are written")
  func times() {
    #expect(Timestamp.format(unixMilliseconds: 0) == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp.format(unixMilliseconds: -1) == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp.format(unixMilliseconds: 951_782_400_007) == "2000-02-29T00:00:00.007Z")
    #expect(Timestamp.format(unixMilliseconds: 253_402_300_800_000) == "10000-01-01T00:00:00.000Z")
  }
}
