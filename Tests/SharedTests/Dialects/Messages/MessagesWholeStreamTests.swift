import NIOCore
import Testing

@testable import Shared

@Suite("Answers as Anthropic's clients read them from a stream and from the cache alike")
struct MessagesWholeStreamTests {
  private func writer() -> MessagesStreamWriter {
    MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
  }

  private func json(_ events: [MessagesEvent]) throws -> [JSONValue] {
    try events.map { try JSONParser.parse($0.data) }
  }

  private func blocks(_ events: [JSONValue]) -> [JSONValue] {
    events.compactMap { $0["type"] == "content_block_start" ? $0["content_block"] : nil }
  }

  @Test("a stream begins with what Anthropic itself told of the prompt")
  func start() throws {
    let usage: JSONValue = [
      "input_tokens": 5, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 0,
      "cache_creation": ["ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4],
      "output_tokens": 1, "service_tier": "priority", "inference_geo": "eu",
    ]
    let events = try MessagesDialect(keepsMembers: true).events(
      of: [
        JSONValue.object(["type": "message_start", "message": ["usage": usage]]).description,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"A"}}"#,
      ]
    ).events
    var writer = writer()
    let told = try json(writer.write(AnswerDelta(events.joined()), of: nil))
    let first = try #require(told.first?["message"]?["usage"])
    for name in [
      "input_tokens", "cache_creation_input_tokens", "cache_creation", "service_tier", "inference_geo",
    ] {
      #expect(first[name] == usage[name], "\(name)")
    }
  }

  @Test("an answer that is known from the start begins with what it used")
  func known() throws {
    let usage = TokenUsage(promptTokens: 20, completionTokens: 3, cachedTokens: 5)
    var answer = Answer("A", finishReason: .stop, usage: usage)
    answer.apply(.extras(["usage": ["inference_geo": "eu"]], .messages))
    var writer = writer()
    let told = try json(writer.whole(answer, of: "c", usage: usage))
    let first = try #require(told.first?["message"])
    #expect(first["model"] == "c" && first["usage"]?["input_tokens"] == 15)
    #expect(first["usage"]?["output_tokens"] == 3 && first["usage"]?["inference_geo"] == "eu")
    #expect(told.last?["type"] == "message_stop")
  }

  @Test("a call that was cut is told neither whole nor from the cache")
  func cut() throws {
    let call = ToolCall(id: "c", name: "f", arguments: #"{"a": [1"#)
    let answer = Answer(parts: [.text("A"), .toolCall(call)], finishReason: .length)
    var writer = writer()
    let told = try json(writer.whole(answer, of: "m", usage: .zero))
    #expect(blocks(told).map { $0["type"] } == ["text"])
    #expect(told.contains { $0["delta"]?["stop_reason"] == "max_tokens" })
    let whole = try JSONParser.parse(MessagesAnswerWriter(id: "m").whole(answer, model: "m", usage: .zero))
    #expect(whole["content"]?.array?.count == 1 && whole["stop_reason"] == "max_tokens")
  }

  @Test("the words of a sound are one block, however many pieces they come in")
  func sound() throws {
    var writer = writer()
    var events: [MessagesEvent] = []
    for word in ["good ", "day"] {
      events += writer.write(
        AnswerDelta([.part(.audio(AudioPart(data: "AA==", transcript: word)), at: 0, choice: 0)]), of: nil)
    }
    let answer = Answer(parts: [.audio(AudioPart(data: "AA==", transcript: "good day"))], finishReason: .stop)
    events += writer.end(answer, usage: .zero)
    let told = try json(events)
    #expect(blocks(told) == [["type": "text", "text": ""]])
    #expect(told.compactMap { $0["delta"]?["text"]?.string }.joined() == "good day")
  }

  @Test("an empty text before a call is no block, and one that comes to words is")
  func emptyText() throws {
    var writer = writer()
    var events = writer.write(AnswerDelta([.part(.text(""), at: 0, choice: 0)]), of: nil)
    let call = ToolCall(id: "c", name: "f", arguments: "{}")
    events += writer.write(AnswerDelta([.part(.toolCall(call), at: 1, choice: 0)]), of: nil)
    events += writer.end(Answer(parts: [.text(""), .toolCall(call)], finishReason: .toolCalls), usage: .zero)
    #expect(try blocks(json(events)).map { $0["type"] } == ["tool_use"])

    var other = self.writer()
    events = other.write(AnswerDelta([.part(.text(""), at: 0, choice: 0)]), of: nil)
    events += other.write(AnswerDelta([.part(.text("A"), at: 0, choice: 0)]), of: nil)
    events += other.end(Answer("A", finishReason: .stop), usage: .zero)
    #expect(try blocks(json(events)).map { $0["type"] } == ["text"])
  }
}
