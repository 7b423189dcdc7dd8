import Testing

@testable import Shared

/// What takes time by the square of a request's pieces takes longer than these tests have: a body of 32 MiB has hundreds of
/// thousands of them.
@Suite("Requests of very many pieces", .timeLimit(.minutes(3)))
struct ManyPiecesTests {
  private static let many = 100_000

  private func conversation(_ dialect: Dialect, _ turns: [Turn]) -> Conversation {
    Conversation(model: "default", turns: turns, dialect: dialect)
  }

  @Test("neighbours of one role are one message of Anthropic's, however many they are")
  func neighbours() throws {
    let turns = (0..<Self.many).map { Turn(role: .user, text: "\($0)") }
    let messages = try MessagesDialect().json(of: conversation(.messages, turns))["messages"]
    #expect(messages?.array?.count == 1)
    #expect(messages?[0]?["content"]?.array?.count == Self.many)
    #expect(messages?[0]?["content"]?[Self.many - 1]?["text"] == .string("\(Self.many - 1)"))
  }

  @Test("a text may have as many sources as it likes")
  func citations() throws {
    let citation = Citation(url: nil, title: nil, members: ["type": "char_location"], dialect: .messages)
    let parts =
      [Part.text("Said.")] + Array(repeating: .citation(citation), count: Self.many) + [.text("More.")]
    let turns = [
      Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: parts), Turn(role: .user, text: "So?"),
    ]
    let content = try MessagesDialect().json(of: conversation(.messages, turns))["messages"]?[1]?["content"]
    #expect(content?.array?.count == 2)
    #expect(content?[0]?["citations"]?.array?.count == Self.many)
    #expect(content?[1]?["citations"] == nil)
  }

  @Test("many refusals are one text")
  func refusals() throws {
    let parts = Array(repeating: Part.refusal(String(repeating: "n", count: 200)), count: Self.many)
    let turns = [Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: parts)]
    let message = try ChatDialect().json(of: conversation(.chat, turns))["messages"]?[1]
    #expect(message?["refusal"]?.string?.utf8.count == 200 * Self.many)
  }

  @Test("calls whose arguments are no JSON do not wait for each other")
  func brokenCalls() throws {
    let count = 20_000
    let calls = (0..<count).map { number in
      Part.toolCall(ToolCall(id: "c\(number)", name: "f", arguments: String(repeating: "[", count: 60)))
    }
    let results = (0..<count).map { number in
      Turn(role: .tool, parts: [.toolResult(ToolResult(callID: "c\(number)", parts: [.text("ok")]))])
    }
    let turns = [Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: calls)] + results
    let input = try ResponsesDialect().json(of: conversation(.responses, turns))["input"]
    #expect(input?.array?.count == 1 + 2 * count)
    #expect(input?[count]?["call_id"] == .string("c\(count - 1)"))
  }

  @Test("results of Gemini's calls find them in any order")
  func resultsInReverse() throws {
    let count = 60_000
    let calls = (0..<count).map { number -> JSONValue in
      ["functionCall": ["id": .string("id\(number)"), "name": "f", "args": [:]]]
    }
    let results = (0..<count).reversed().map { number -> JSONValue in
      ["functionResponse": ["id": .string("id\(number)"), "name": "f", "response": ["output": "ok"]]]
    }
    let turns = try GeminiRequestReader.conversation(
      model: "route",
      [
        "contents": [
          ["role": "user", "parts": [["text": "Hi"]]], ["role": "model", "parts": .array(calls)],
          ["role": "user", "parts": .array(results)],
        ]
      ]
    ).turns
    #expect(turns.count == 2 + count)
    guard case .toolResult(let first)? = turns[2].parts.first else {
      Issue.record("it is no result")
      return
    }
    #expect(first.callID == "id\(count - 1)")
  }

  @Test("what functions returned stands in front of what they showed, in the order in which it came")
  func resultsBeforePictures() throws {
    let picture = Part.image(ImagePart(source: "data:image/png;base64,aGk="))
    let calls = ["a", "b"].map { Part.toolCall(ToolCall(id: $0, name: "f\($0)", arguments: "{}")) }
    let results = ["a", "b"].map { id in
      Turn(role: .tool, parts: [.toolResult(ToolResult(callID: id, parts: [.text(id), picture]))])
    }
    let turns = [Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: calls)] + results
    let contents = try GeminiDialect().json(of: conversation(.chat, turns), model: "gemini-2.5-pro")[
      "contents"]
    let parts = try #require(contents?[2]?["parts"]?.array)
    #expect(
      parts.map { $0.object?.keys.first } == [
        "functionResponse", "functionResponse", "inlineData", "inlineData",
      ])
    #expect(parts.prefix(2).map { $0["functionResponse"]?["name"] } == ["fa", "fb"])
  }

  @Test("a result of Gemini's that names no id belongs to the oldest call of its function that waits")
  func resultsByName() throws {
    func call(_ id: String, _ name: String) -> ToolCall { ToolCall(id: id, name: name, arguments: "{}") }
    var open = GeminiOpenCalls()
    for (id, name) in [("1", "f"), ("2", "g"), ("3", "f"), ("4", "f")] { open.append(call(id, name)) }
    #expect(open.take(id: "3", name: "f")?.id == "3")
    #expect(open.take(id: "", name: "f")?.id == "1")
    #expect(open.take(id: "unknown", name: "f")?.id == "4", "the third has its result")
    #expect(open.take(id: "3", name: "f") == nil)
    #expect(open.firstName == "g" && !open.isEmpty)
    #expect(open.take(id: "2", name: "other")?.id == "2")
    #expect(open.isEmpty)
  }
}
