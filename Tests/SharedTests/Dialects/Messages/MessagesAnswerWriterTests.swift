import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Answers as Anthropic's clients read them")
struct MessagesAnswerWriterTests {
  private static let maker = DialectFixture.maker(.messages)

  private static func answer(_ random: inout SplitMix) -> Answer {
    var parts: [Part] = []
    if random.happens(50) { parts.append(.thought(Thought("Hm, häh?", signature: "c2ln", maker: maker))) }
    if random.happens(20) { parts.append(.thought(Thought("", sealed: "ZGF0YQ==", maker: maker))) }
    if random.happens(20) {
      let use: JSONObject = [
        "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": ["query": "q"],
      ]
      parts.append(.opaque(OpaquePart(name: "", members: use, dialect: .messages, maker: maker)))
    }
    if random.happens(80) {
      parts.append(.text("Täxt \(UInt8.random(in: 0...255, using: &random))"))
      if random.happens(30) {
        let place: JSONObject = ["type": "web_search_result_location", "url": "https://a", "title": "A"]
        parts.append(.citation(Citation(url: "https://a", title: "A", members: place, dialect: .messages)))
      }
    }
    let calls = Int.random(in: 0...3, using: &random)
    for number in 0..<calls {
      parts.append(.toolCall(ToolCall(id: "c\(number)", name: "f", arguments: #"{"a":[1,"ä"]}"#)))
    }
    let reason: FinishReason =
      calls > 0 ? .toolCalls : [.stop, .length, .contentFilter].randomElement(using: &random) ?? .stop
    let usage = TokenUsage(
      promptTokens: 20, completionTokens: 10, cachedTokens: random.happens(50) ? 5 : 0,
      cacheWriteTokens: random.happens(30) ? 4 : 0, reasoningTokens: random.happens(50) ? 3 : 0)
    return Answer(parts: parts, finishReason: reason, usage: usage)
  }

  @Test("what is written is read back as it was, whole and in events, for 300 random answers")
  func readsWhatItWrites() throws {
    var random = SplitMix(seed: 5)
    for number in 0..<300 {
      let answer = Self.answer(&random)
      let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: answer.usage)
      let whole = try MessagesDialect().read(DialectFixture.response(200, String(buffer: body))).get()
      #expect(whole.answer == answer, "\(number)")

      var writer = MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
      var events: [MessagesEvent] = []
      for delta in Self.pieces(of: answer, &random) { events += writer.write(delta, of: nil) }
      events += writer.end(answer, usage: answer.usage)
      #expect(MessagesOrder.faults(in: events) == [], "\(number)")
      let joined = try MessagesDialect().assemble(events.map { String(buffer: $0.data) }).get()
      #expect(joined.answer == answer, "\(number)")
    }
  }

  /// The answer's events, texts and arguments cut in two, some together.
  private static func pieces(of answer: Answer, _ random: inout SplitMix) -> [AnswerDelta] {
    var deltas: [AnswerDelta] = []
    for event in answer.delta.events {
      for piece in halves(of: event) {
        if random.happens(50) || deltas.isEmpty { deltas.append(AnswerDelta()) }
        deltas[deltas.count - 1].append(piece)
      }
    }
    return deltas
  }

  private static func halves(of event: AnswerEvent) -> [AnswerEvent] {
    switch event {
    case .part(.text(let part), let index, _):
      let half = part.text.index(part.text.startIndex, offsetBy: part.text.count / 2)
      return [part.text[..<half], part.text[half...]].map { .part(.text(String($0)), at: index, choice: 0) }
    case .part(.thought(let thought), let index, _) where thought.sealed == nil:
      var end = thought
      end.text = ""
      return [Thought(thought.text, maker: thought.maker), end].map {
        .part(.thought($0), at: index, choice: 0)
      }
    case .part(.toolCall(var call), let index, _):
      let rest = ToolCall(id: "", name: "", arguments: String(call.arguments.dropFirst(4)))
      call.arguments = String(call.arguments.prefix(4))
      return [call, rest].map { .part(.toolCall($0), at: index, choice: 0) }
    default: return [event]
    }
  }

  // MARK: - What users of other gateways complain of

  private func stream(
    _ events: [AnswerEvent], ending answer: Answer, usage: TokenUsage = .zero
  ) -> [MessagesEvent] {
    var writer = MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
    return events.flatMap { writer.write(AnswerDelta([$0]), of: "m/1") } + writer.end(answer, usage: usage)
  }

  @Test("what an item of Responses has beside its text is not told")
  func foreignMembers() throws {
    let text = TextPart("A", extras: [ResponsesItemReader.item: [:]])
    let answer = Answer(parts: [.text(text)], finishReason: .stop)
    let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: answer.usage)
    #expect(try JSONParser.parse(body)["content"] == [["type": "text", "text": "A"]])
  }

  @Test("calls that a provider tells at once come one after the other, and whole")
  func interleaved() throws {
    func call(_ index: Int, _ id: String, _ arguments: String) -> AnswerEvent {
      .part(
        .toolCall(ToolCall(id: id, name: id.isEmpty ? "" : "f", arguments: arguments)), at: index, choice: 0)
    }
    let calls = [0, 1].map { Part.toolCall(ToolCall(id: "c\($0)", name: "f", arguments: "{\"a\":\($0)}")) }
    let answer = Answer(parts: calls, finishReason: .toolCalls)
    let events = stream(
      [
        call(0, "c0", ""), call(1, "c1", ""), call(0, "", "{\"a\""), call(1, "", "{\"a\":"),
        call(0, "", ":0}"), call(1, "", "1}"),
      ], ending: answer)
    #expect(MessagesOrder.faults(in: events) == [])
    let joined = try MessagesDialect().assemble(events.map { String(buffer: $0.data) }).get()
    #expect(joined.answer.choices[0].parts == calls)
  }

  @Test("what is told beside a thought, piece by piece, does not break it up")
  func asideOfThought() throws {
    let maker = Maker(provider: "r", dialect: .chat)
    func detail(_ text: String) -> AnswerEvent {
      let part = OpaquePart(
        name: "reasoning_details", members: ["type": "reasoning.text", "text": .string(text)], dialect: .chat,
        maker: maker)
      return .part(.opaque(part), at: 1, choice: 0)
    }
    let events = stream(
      [
        .part(.thought(Thought("H")), at: 0, choice: 0), detail("H"),
        .part(.thought(Thought("m")), at: 0, choice: 0), detail("m"), .part(.text("A"), at: 2, choice: 0),
      ], ending: Answer("A", finishReason: .stop))
    #expect(MessagesOrder.faults(in: events) == [])
    let starts = try events.filter { $0.name == "content_block_start" }.map { try JSONParser.parse($0.data) }
    #expect(starts.map { $0["content_block"]?["type"] } == ["thinking", "text", "redacted_thinking"])
    guard case .opaque(let part)? = MakersMark.unwrap(starts[2]["content_block"]?["data"]?.string ?? "")
    else {
      Issue.record("no mark")
      return
    }
    #expect(part.members["text"] == "Hm")
  }

  @Test("a thought, a text and a call are three blocks of their own kinds, and there is one start")
  func blocks() throws {
    let parts: [Part] = [
      .thought(Thought("Hm.", signature: "c2ln", maker: Self.maker)), .text("I look."),
      .toolCall(ToolCall(id: "c", name: "f", arguments: "{}")),
    ]
    let answer = Answer(parts: parts, finishReason: .stop)
    let events = stream(answer.delta.events, ending: answer)
    #expect(MessagesOrder.faults(in: events) == [])
    let starts = try events.filter { $0.name == "content_block_start" }.map { try JSONParser.parse($0.data) }
    #expect(starts.map { $0["content_block"]?["type"] } == ["thinking", "text", "tool_use"])
    // The provider said that it is done; the tool is to run all the same.
    let end = try JSONParser.parse(try #require(events.dropLast().last).data)
    #expect(end["delta"]?["stop_reason"] == "tool_use")
    #expect(end["delta"]?["stop_sequence"] == .null)
  }

  @Test(
    "each end has Anthropic's word",
    arguments: [
      (FinishReason.stop, "end_turn"), (.length, "max_tokens"), (.contentFilter, "refusal"),
      (.toolCalls, "end_turn"),
    ])
  func ends(reason: FinishReason, word: String) throws {
    let answer = Answer("A", finishReason: reason)
    let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero)
    #expect(try JSONParser.parse(body)["stop_reason"]?.string == word)
  }

  @Test("a call that was cut is never told as one to run")
  func cutCalls() throws {
    let call = Part.toolCall(ToolCall(id: "c", name: "f", arguments: "{\"a\":"))
    let answer = Answer(parts: [.text("A"), call], finishReason: .length)
    let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero)
    let message = try JSONParser.parse(body)
    #expect(message["content"]?.array?.count == 1)
    #expect(message["stop_reason"] == "max_tokens")
  }

  @Test("what a cache read and wrote is not among the input, and is told from the start on")
  func usage() throws {
    let usage = TokenUsage(
      promptTokens: 100, completionTokens: 7, cachedTokens: 60, cacheWriteTokens: 30, reasoningTokens: 2)
    let answer = Answer("A", finishReason: .stop)
    let events = stream([.usage(usage), .part(.text("A"), at: 0, choice: 0)], ending: answer, usage: usage)
    let start = try JSONParser.parse(try #require(events.first).data)["message"]
    #expect(start?["usage"]?["input_tokens"] == 10)
    let first = try #require(start?["usage"]?.object)
    #expect(first.keys.contains("cache_read_input_tokens") && first.keys.contains("cache_creation"))
    let end = try JSONParser.parse(try #require(events.dropLast().last).data)["usage"]
    #expect(end?["input_tokens"] == 10)
    #expect(end?["cache_read_input_tokens"] == 60)
    #expect(end?["cache_creation_input_tokens"] == 30)
    #expect(end?["output_tokens"] == 7)
    #expect(end?["output_tokens_details"]?["thinking_tokens"] == 2)
  }

  @Test("a provider that tells nothing of the prompt leaves the estimate as it stands")
  func untoldUsage() throws {
    let events = stream([.part(.text("A"), at: 0, choice: 0)], ending: Answer("A", finishReason: .stop))
    let start = try JSONParser.parse(try #require(events.first).data)
    #expect(start["message"]?["usage"]?["input_tokens"] == 9)
    let end = try JSONParser.parse(try #require(events.dropLast().last).data)
    #expect(end["usage"]?["input_tokens"] == nil)
    #expect(end["usage"]?["output_tokens"] == 0)
  }

  @Test("a quiet stream has its start, and then pings")
  func quiet() {
    var writer = MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
    #expect(writer.quiet().map(\.name) == ["message_start", "ping"])
    #expect(writer.quiet().map(\.name) == ["ping"])
    let first = writer.write(AnswerDelta([.part(.text("A"), at: 0, choice: 0)]), of: "m/1")
    #expect(first.map(\.name) == ["content_block_start", "content_block_delta"])
    #expect(writer.quiet().map(\.name) == ["ping"])
  }

  @Test("what Anthropic alone says of its answers comes back to its clients, whole and streamed")
  func own() throws {
    let usage: JSONValue = [
      "input_tokens": 5, "output_tokens": 3, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 0,
      "server_tool_use": ["web_search_requests": 1], "service_tier": "priority",
    ]
    let message: JSONValue = [
      "id": "msg_a", "type": "message", "role": "assistant", "model": "m",
      "content": [["type": "text", "text": "A", "unknown": 1]], "stop_reason": "pause_turn",
      "stop_sequence": nil, "usage": usage, "container": ["id": "c"],
      "context_management": ["applied_edits": []],
    ]
    let response = DialectFixture.response(200, message.description)
    let read = try MessagesDialect(keepsMembers: true).read(response).get().answer
    let body = MessagesAnswerWriter(id: "msg_b").whole(read, model: "m", usage: read.usage)
    let written = try JSONParser.parse(body)
    for name in ["stop_reason", "container", "context_management", "content"] {
      #expect(written[name] == message[name], "\(name)")
    }
    #expect(written["usage"]?["server_tool_use"] == usage["server_tool_use"])
    #expect(written["usage"]?["service_tier"] == "priority")
    #expect(written["usage"]?["input_tokens"] == 5)
    let end = try JSONParser.parse(
      try #require(stream(read.delta.events, ending: read, usage: read.usage).dropLast().last).data)
    #expect(end["delta"]?["stop_reason"] == "pause_turn")
    #expect(end["delta"]?["container"] == ["id": "c"])
    #expect(end["context_management"] == ["applied_edits": []])
  }
}
