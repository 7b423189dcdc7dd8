import Testing

@testable import Shared

@Suite("A response in the background, as it is told")
struct ResponsesBackgroundTests {
  private func writer(isBackground: Bool) -> ResponsesAnswerWriter {
    let object = ResponsesObject(
      id: "resp_1", created: 1, model: "m", request: ["background": .bool(isBackground)])
    return ResponsesAnswerWriter(object, names: ToolNames(of: []), token: "1")
  }

  @Test("it is queued until it runs, and its events are numbered without a gap")
  func queued() {
    var writer = writer(isBackground: true)
    var events = writer.begin(model: nil)
    #expect(events.map(\.name) == ["response.created", "response.queued"])
    events += writer.run()
    #expect(events.last?.name == "response.in_progress")
    #expect(writer.run().isEmpty && writer.begin(model: "m").isEmpty)
    events += writer.write(AnswerDelta("Hi"))
    events += writer.end(.stop, usage: .zero, completed: 2)
    #expect(events.map(\.number) == Array(0..<Int64(events.count)))
    #expect(events.last?.name == "response.completed")
  }

  @Test("where nobody tells that it runs, its first words do; one that is cancelled before has never run")
  func unsaid() {
    var writer = writer(isBackground: true)
    #expect(writer.write(AnswerDelta("Hi")).map(\.name).prefix(3).last == "response.in_progress")
    writer = self.writer(isBackground: true)
    let names = writer.fail(code: "c", message: "m", isCancelled: true).map(\.name)
    #expect(names == ["response.created", "response.queued", "response.incomplete"])
    writer = self.writer(isBackground: false)
    #expect(writer.begin(model: nil).map(\.name) == ["response.created", "response.in_progress"])
  }

  @Test("one that broke off has what was said, whole or streamed")
  func broken() throws {
    var streamed = writer(isBackground: true)
    _ = streamed.write(AnswerDelta("Hi"))
    let last = try #require(streamed.fail(code: "c", message: "m").last)
    var whole = writer(isBackground: true)
    let response = whole.broken(behind: [AnswerDelta("Hi")], code: "c", message: "m", isCancelled: false)
    #expect(try JSONParser.parse(last.data)["response"] == .object(response))
    #expect(response["status"] == "failed" && response["error"]?["code"] == "c")
    #expect(response["output"]?[0]?["content"]?[0]?["text"] == "Hi")
  }
}
