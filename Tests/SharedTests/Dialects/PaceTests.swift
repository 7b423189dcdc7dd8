import NIOCore
import OrderedCollections
import TestSupport
import Testing

@testable import Shared

/// What a client has of a stream is the same at whatever pace its pieces came: which of them travelled together changes nothing.
@Suite("Streams at every pace")
struct PaceTests {
  private static let rounds = 200

  /// Each event in a delta of its own, all in one, and in random groups.
  private static func paces(of events: [AnswerEvent], _ random: inout SplitMix) -> [[AnswerDelta]] {
    var paces = [events.map { AnswerDelta([$0]) }, [AnswerDelta(events)]]
    for _ in 0..<4 {
      var deltas: [AnswerDelta] = []
      for event in events {
        if random.happens(50) || deltas.isEmpty { deltas.append(AnswerDelta()) }
        deltas[deltas.count - 1].append(event)
      }
      paces.append(deltas)
    }
    return paces
  }

  /// A part in the pieces in which providers tell it: what a thought's maker wants back comes behind its text, and does not say
  /// again whose it is.
  private static func pieces(of part: Part, at index: Int, _ random: inout SplitMix) -> [AnswerEvent] {
    func halves(_ text: String) -> [String] {
      let cut = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random))
      return [String(text[..<cut]), String(text[cut...])]
    }
    let pieces: [Part]
    switch part {
    case .text(let part): pieces = halves(part.text).map { .text($0) }
    case .thought(let thought):
      let texts = halves(thought.text)
      var first = thought
      (first.text, first.signature, first.sealed) = (texts[0], nil, nil)
      pieces = [
        .thought(first), .thought(Thought(texts[1])),
        .thought(Thought("", signature: thought.signature, sealed: thought.sealed)),
      ]
    case .toolCall(let call):
      let texts = halves(call.arguments)
      var first = call
      first.arguments = texts[0]
      pieces = [.toolCall(first), .toolCall(ToolCall(id: "", name: "", arguments: texts[1]))]
    default: pieces = [part]
    }
    return pieces.map { .part($0, at: index, choice: 0) }
  }

  private static func thoughts(of dialect: Dialect, _ random: inout SplitMix) -> [Part] {
    let maker = DialectFixture.maker(dialect)
    return (0...Int.random(in: 0...2, using: &random)).map { number in
      switch dialect {
      case .messages where random.happens(30): .thought(Thought("", sealed: "sealed\(number)", maker: maker))
      case .responses:
        .thought(
          Thought(
            random.happens(30) ? "" : "Let me see \(number)", sealed: "sealed\(number)", maker: maker,
            member: "summary"))
      default: .thought(Thought("Let me see \(number)", signature: "sig\(number)", maker: maker))
      }
    }
  }

  private static func parts(_ dialect: Dialect, _ random: inout SplitMix) -> [Part] {
    var parts = thoughts(of: dialect, &random)
    if random.happens(70) { parts.append(.text("I look here.")) }
    for number in 0..<Int.random(in: 0...2, using: &random) {
      parts.append(.toolCall(ToolCall(id: "c\(number)", name: "f", arguments: #"{"a":1}"#)))
    }
    return parts
  }

  private static func events(of parts: [Part], _ random: inout SplitMix) -> [AnswerEvent] {
    parts.enumerated().flatMap { pieces(of: $1, at: $0, &random) }
  }

  // MARK: - Gemini

  @Test("what makers want back comes through Gemini's stream", arguments: [Dialect.messages, .responses])
  func gemini(dialect: Dialect) throws {
    var random = SplitMix(seed: 11)
    for number in 0..<Self.rounds {
      let parts = Self.parts(dialect, &random)
      for deltas in Self.paces(of: Self.events(of: parts, &random), &random) {
        var stream = GeminiAnswerWriter(id: "r1")
        var chunks = deltas.compactMap { stream.chunk($0, model: "m") }
        chunks.append(stream.end(model: "m", .stop, usage: .zero))
        #expect(
          try Self.said(chunks, calls: parts) == parts, "\(number): \(chunks.map(String.init(buffer:)))")
      }
    }
  }

  @Test("a thought of Gemini's own that was signed behind its text is one for its clients, too")
  func geminisOwn() throws {
    let maker = DialectFixture.maker(.gemini)
    var random = SplitMix(seed: 3)
    let events: [AnswerEvent] = [
      .part(.thought(Thought("Let ", maker: maker)), at: 0, choice: 0),
      .part(.thought(Thought("me", maker: maker)), at: 0, choice: 0),
      .part(.thought(Thought("", signature: "c2ln", maker: maker)), at: 0, choice: 0),
      .part(.text("I look."), at: 1, choice: 0),
      .part(.thought(Thought("", signature: "dGV4dA==", maker: maker)), at: 2, choice: 0),
    ]
    for deltas in Self.paces(of: events, &random) {
      var stream = GeminiAnswerWriter(id: "r1")
      var chunks = deltas.compactMap { stream.chunk($0, model: "m") }
      chunks.append(stream.end(model: "m", .stop, usage: .zero))
      let said = try Self.said(chunks, calls: [])
      let unknown = Maker(provider: nil, dialect: .gemini)
      #expect(
        said == [
          .thought(Thought("Let me", signature: "c2ln", maker: unknown)), .text("I look."),
          .thought(Thought("", signature: "dGV4dA==", maker: unknown)),
        ])
    }
  }

  /// What a client brings back that has these chunks, each as a content of its own.
  private static func said(_ chunks: [ByteBuffer], calls parts: [Part]) throws -> [Part] {
    var contents: [JSONValue] = [["parts": [["text": "Look"]]]]
    for chunk in chunks {
      if let content = try JSONParser.parse(chunk)["candidates"]?[0]?["content"] { contents.append(content) }
    }
    let results = parts.compactMap { part -> JSONValue? in
      guard case .toolCall(let call) = part else { return nil }
      return ["functionResponse": ["id": .string(call.id), "name": .string(call.name), "response": [:]]]
    }
    if !results.isEmpty { contents.append(["parts": .array(results)]) }
    return try GeminiRequestReader.conversation(model: "m", ["contents": .array(contents)]).turns[1].parts
  }

  // MARK: - Sources

  private static let page = "https://a.example"

  private static func chunk(_ delta: JSONObject) -> String {
    (["choices": [["index": 0, "delta": .object(delta)]]] as JSONValue).description
  }

  /// A chat provider's deltas in which a source comes beside, before or behind what else is said. Responses tells sources while
  /// their text is open: there, one that comes later has no place.
  private static let sourced: [(deltas: [JSONObject], isToldInResponses: Bool)] = {
    let source: JSONValue = [
      [
        "type": "url_citation",
        "url_citation": ["url": .string(page), "title": "t", "start_index": 0, "end_index": 1],
      ]
    ]
    let calls: JSONValue = [
      ["index": 0, "id": "c1", "type": "function", "function": ["name": "w", "arguments": "{}"]]
    ]
    return [
      ([["content": "I look.", "reasoning_content": "th", "annotations": source]], true),
      ([["content": "I look.", "tool_calls": calls, "annotations": source]], true),
      ([["content": "I look."], ["tool_calls": calls, "annotations": source]], true),
      (
        [["content": "I look.", "annotations": source, "reasoning_content": "th"], ["tool_calls": calls]],
        true
      ),
      ([["content": "I look."], ["tool_calls": calls], ["annotations": source]], false),
      ([["annotations": source], ["content": "I look."]], false),
    ]
  }()

  @Test("a source belongs to the text that was said, whatever comes with it", arguments: sourced)
  func sources(deltas: [JSONObject], isToldInResponses: Bool) throws {
    var random = SplitMix(seed: 5)
    let read = try ChatDialect().events(of: deltas.map(Self.chunk)).events.flatMap(\.self)
    var answer = Answer()
    for event in read { answer.apply(event) }
    #expect("\(ResponsesFixture.whole(answer))".contains(Self.page) == isToldInResponses)
    let body = MessagesAnswerWriter(id: "msg_1").whole(answer, model: "m", usage: .zero)
    #expect(String(buffer: body).contains(Self.page))
    for pace in Self.paces(of: read, &random) {
      let streamed = try ResponsesFixture.streamed(pace)
      #expect(
        streamed.contains { $0.name == "response.output_text.annotation.added" } == isToldInResponses)
      let end = try #require(streamed.last?.json)
      #expect("\(end)".contains(Self.page) == isToldInResponses, "\(end)")
      var writer = MessagesStreamWriter(id: "msg_1", model: "m", promptTokens: 9)
      var events = pace.flatMap { writer.write($0, of: nil) }
      events += writer.end(answer, usage: .zero)
      let told = events.map { String(buffer: $0.data) }
      #expect(told.count { $0.contains("citations_delta") && $0.contains(Self.page) } == 1, "\(told)")
    }
  }

  @Test("sources of other dialects have the places that OpenAI's clients require, whole and at every pace")
  func places() throws {
    let block: JSONObject = ["type": "web_search_result_location", "url": "https://a", "title": "A"]
    func event(_ json: JSONValue) -> String { json.description }
    let claude = try MessagesDialect().events(of: [
      event(["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]]),
      event(["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": "Öne."]]),
      event(["type": "content_block_stop", "index": 0]),
      event(["type": "content_block_start", "index": 1, "content_block": ["type": "text", "text": ""]]),
      event([
        "type": "content_block_delta", "index": 1,
        "delta": ["type": "citations_delta", "citation": .object(block)],
      ]),
      event(["type": "content_block_delta", "index": 1, "delta": ["type": "text_delta", "text": "Two"]]),
      event(["type": "content_block_delta", "index": 1, "delta": ["type": "text_delta", "text": "s."]]),
      event(["type": "content_block_stop", "index": 1]),
    ]).events.flatMap(\.self)
    try expect(claude, [4, 9])
    let pages: JSONValue = ["groundingChunks": [["web": ["uri": "https://a", "title": "A"]]]]
    func candidate(_ text: String, _ members: JSONObject) -> String {
      let content: JSONValue = ["parts": [["text": .string(text)]]]
      return event(["candidates": [.object(members.merging(["content": content] as JSONObject) { $1 })]])
    }
    let gemini = try GeminiDialect().events(of: [
      candidate("Öne.", ["groundingMetadata": pages]), candidate("Twos.", ["finishReason": "STOP"]),
    ]).events.flatMap(\.self)
    try expect(gemini, [0, 9])
    let members: JSONObject = [
      "type": "url_citation", "url": "https://a", "title": "A", "start_index": 1, "end_index": 3,
    ]
    let source = Citation(url: "https://a", title: "A", members: members, dialect: .responses)
    try expect(
      [
        .part(.text("Öne."), at: 0, choice: 0), .part(.text("Twos."), at: 1, choice: 0),
        .part(.citation(source), at: 2, choice: 0),
      ], [5, 7])
  }

  private func expect(_ events: [AnswerEvent], _ place: [Int64]) throws {
    var random = SplitMix(seed: 7)
    var answer = Answer()
    for event in events { answer.apply(event) }
    let expected: JSONValue = [
      "type": "url_citation",
      "url_citation": [
        "start_index": .integer(place[0]), "end_index": .integer(place[1]), "url": "https://a", "title": "A",
      ],
    ]
    #expect(answer.chatMessage["annotations"] == [expected])
    for pace in Self.paces(of: events, &random) {
      var writer = ChatDeltaWriter()
      var told: [JSONObject] = []
      for delta in pace {
        told += writer.write(delta).message["annotations"]?.array?.compactMap(\.object) ?? []
      }
      #expect(told.map { JSONValue.object($0.without("index")) } == [expected])
    }
  }

  // MARK: - Members of others

  @Test(
    "what a chat provider added to a call is told to no client of Responses, who would bring it to another")
  func addedToCalls() throws {
    let call: JSONValue = [
      "index": 0, "id": "c1", "type": "function", "function": ["name": "w", "arguments": "{}"], "x_vendor": 1,
    ]
    let events = try ChatDialect().events(of: [Self.chunk(["tool_calls": [call]])]).events.flatMap(\.self)
    var answer = Answer()
    for event in events { answer.apply(event) }
    #expect(!"\(ResponsesFixture.whole(answer))".contains("x_vendor"))
    #expect(try !"\(ResponsesFixture.streamed([AnswerDelta(events)]).map(\.json))".contains("x_vendor"))
    // A client of chat has it as before.
    #expect("\(answer.chatMessage)".contains("x_vendor"))
    let late = try ChatDialect().events(of: [
      Self.chunk([
        "tool_calls": [
          ["index": 0, "id": "c1", "type": "function", "function": ["name": "w", "arguments": ""]]
        ]
      ]), Self.chunk(["tool_calls": [["index": 0, "function": ["arguments": "{}"], "x_vendor": 1]]]),
    ]).events.flatMap(\.self)
    var random = SplitMix(seed: 9)
    for pace in Self.paces(of: late, &random) {
      #expect(try !"\(ResponsesFixture.streamed(pace).map(\.json))".contains("x_vendor"))
    }
  }
}
