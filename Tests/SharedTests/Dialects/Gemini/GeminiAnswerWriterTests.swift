import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Answers as Gemini's clients read them")
struct GeminiAnswerWriterTests {
  private let writer = GeminiAnswerWriter(id: "r1")
  private static let maker = DialectFixture.maker(.gemini)

  private static func answer(_ generator: inout SplitMix) -> Answer {
    var parts: [Part] = []
    if generator.happens(50) {
      parts.append(
        .thought(Thought("Hm, häh?", signature: generator.happens(50) ? "c2ln" : nil, maker: maker)))
    }
    if generator.happens(80) { parts.append(.text("Täxt \(UInt8.random(in: 0...255, using: &generator))")) }
    if generator.happens(30) { parts.append(.thought(Thought("", signature: "dGV4dA==", maker: maker))) }
    if generator.happens(30) { parts.append(.image(ImagePart(source: "data:image/png;base64,AAAA"))) }
    if generator.happens(20) { parts.append(.audio(AudioPart(data: "AAAA", format: "wav"))) }
    if generator.happens(20) {
      parts.append(
        .opaque(
          OpaquePart(name: "", members: ["executableCode": ["code": "1"]], dialect: .gemini, maker: maker)))
    }
    var hasCalls = false
    for number in 0..<Int.random(in: 0...2, using: &generator) {
      let isSigned = generator.happens(50)
      hasCalls = true
      parts.append(
        .toolCall(
          ToolCall(
            id: "c\(number)", name: "f", arguments: #"{"a":[1,"ä"]}"#, signature: isSigned ? "Y2FsbA==" : nil,
            maker: isSigned ? maker : nil)))
    }
    if generator.happens(30) {
      let web: JSONObject = ["web": ["uri": "https://a", "title": "A"]]
      parts.append(.citation(Citation(url: "https://a", title: "A", members: web, dialect: .gemini)))
    }
    let reason: FinishReason =
      hasCalls ? .toolCalls : [.stop, .length, .contentFilter].randomElement(using: &generator) ?? .stop
    let thoughts = Int.random(in: 0...9, using: &generator)
    let usage = TokenUsage(
      promptTokens: 20, completionTokens: 10 + thoughts, cachedTokens: generator.happens(50) ? 5 : 0,
      reasoningTokens: thoughts, imageInputTokens: generator.happens(30) ? 7 : 0)
    return Answer(parts: parts, finishReason: reason, usage: usage)
  }

  @Test("what is written is read back as it was, whole and in chunks")
  func readsWhatItWrites() throws {
    var generator = SplitMix(seed: 5)
    for number in 0..<300 {
      let answer = Self.answer(&generator)
      let body = writer.whole(answer, model: "m", usage: answer.usage)
      let whole = try GeminiDialect().read(DialectFixture.response(200, String(buffer: body))).get()
      #expect(whole.answer == answer, "\(number)")

      var chunks: [String] = []
      var stream = writer
      for delta in Self.pieces(of: answer, &generator) {
        if let chunk = stream.chunk(delta, model: "m") { chunks.append(String(buffer: chunk)) }
      }
      chunks.append(String(buffer: stream.end(model: "m", answer.finishReason, usage: answer.usage)))
      let joined = try GeminiDialect().assemble(chunks).get().answer
      #expect(joined == answer, "\(number): \(chunks)")
    }
  }

  /// The answer's events, texts and arguments cut in two, some together.
  private static func pieces(of answer: Answer, _ generator: inout SplitMix) -> [AnswerDelta] {
    var events: [AnswerEvent] = []
    for event in answer.delta.events {
      switch event {
      case .part(.text(let part), let index, _):
        let half = part.text.index(part.text.startIndex, offsetBy: part.text.count / 2)
        events.append(.part(.text(String(part.text[..<half])), at: index, choice: 0))
        events.append(.part(.text(String(part.text[half...])), at: index, choice: 0))
      case .part(.toolCall(var call), let index, _):
        let arguments = call.arguments
        call.arguments = String(arguments.prefix(4))
        events.append(.part(.toolCall(call), at: index, choice: 0))
        let rest = ToolCall(id: "", name: "", arguments: String(arguments.dropFirst(4)))
        events.append(.part(.toolCall(rest), at: index, choice: 0))
      default: events.append(event)
      }
    }
    var deltas: [AnswerDelta] = []
    for event in events {
      if generator.happens(50) || deltas.isEmpty { deltas.append(AnswerDelta()) }
      deltas[deltas.count - 1].append(event)
    }
    return deltas
  }

  @Test("what belongs to another maker goes through the client, and back to that maker alone")
  func foreign() throws {
    let claude = Maker(provider: "anthropic", dialect: .messages)
    let answer = Answer(
      parts: [
        .thought(Thought("Let me see", signature: "sig", maker: claude)),
        .thought(Thought("", sealed: "xxx", maker: claude)), .text("I see."),
        .toolCall(ToolCall(id: "t1", name: "f", arguments: "{}")),
      ], finishReason: .toolCalls)
    let body = try JSONParser.parse(writer.whole(answer, model: "m", usage: .zero))
    let content = try #require(body["candidates"]?[0]?["content"])
    let conversation = try GeminiRequestReader.conversation(
      model: "m",
      [
        "contents": [
          ["parts": [["text": "Look"]]], content,
          ["parts": [["functionResponse": ["id": "t1", "name": "f", "response": [:]]]]],
        ]
      ])
    #expect(conversation.turns[1].parts == answer.choices[0].parts)
    #expect(conversation.maker == claude)
    func sent(_ dialect: any WireDialect, _ provider: String) throws -> String {
      let target = RequestTarget(provider: provider, model: "m")
      return String(buffer: try dialect.told(conversation, for: target, streams: false).body)
    }
    let own = try sent(MessagesDialect(), "anthropic")
    #expect(own.contains(#""signature":"sig""#) && own.contains("Let me see") && own.contains("xxx"))
    for text in [
      try sent(MessagesDialect(), "other"), try sent(GeminiDialect(), "gemini"), try sent(ChatDialect(), "p"),
    ] {
      #expect(!text.contains("sig\"") && !text.contains("Let me see") && !text.contains("xxx"), "\(text)")
      #expect(text.contains("I see."))
    }
  }

  @Test("thoughts in pieces of a stream are one again when the client brings them back")
  func pieces() throws {
    let claude = Maker(provider: "anthropic", dialect: .messages)
    var stream = writer
    var contents: [JSONValue] = [["parts": [["text": "Look"]]]]
    let deltas: [AnswerEvent] = [
      .part(.thought(Thought("Let ", maker: claude)), at: 0, choice: 0),
      .part(.thought(Thought("me see", maker: claude)), at: 0, choice: 0),
      .part(.thought(Thought("", signature: "sig", maker: claude)), at: 0, choice: 0),
      .part(.text("I "), at: 1, choice: 0), .part(.text("see."), at: 1, choice: 0),
    ]
    for event in deltas {
      guard let chunk = stream.chunk(AnswerDelta([event]), model: "m") else { continue }
      contents.append(try #require(try JSONParser.parse(chunk)["candidates"]?[0]?["content"]))
    }
    let conversation = try GeminiRequestReader.conversation(model: "m", ["contents": .array(contents)])
    #expect(
      conversation.turns[1].parts == [
        .thought(Thought("Let me see", signature: "sig", maker: claude)), .text("I see."),
      ])
  }

  @Test("every chunk of a stream has a part, or google-genai's chats forget the turn")
  func everyChunk() throws {
    var stream = writer
    let chunks = [
      stream.chunk(AnswerDelta("Hi"), model: "m"), stream.end(model: "m", .stop, usage: .zero),
    ].compactMap(\.self)
    var contents: [JSONValue] = [["parts": [["text": "Look"]]]]
    for chunk in chunks {
      contents.append(try #require(try JSONParser.parse(chunk)["candidates"]?[0]?["content"]))
    }
    #expect(contents.last?["parts"] == [["text": ""]])
    let conversation = try GeminiRequestReader.conversation(model: "m", ["contents": .array(contents)])
    #expect(conversation.turns[1].parts == [.text("Hi")])
  }

  @Test("half a call is never told as a whole one")
  func halfCall() throws {
    let call = Part.toolCall(ToolCall(id: "a", name: "f", arguments: #"{"x": "#))
    for (reason, word) in [(FinishReason.length, "MAX_TOKENS"), (.toolCalls, "MALFORMED_FUNCTION_CALL")] {
      let answer = Answer(parts: [.text("So"), call], finishReason: reason)
      let json = try JSONParser.parse(writer.whole(answer, model: "m", usage: .zero))
      #expect(json["candidates"]?[0]?["finishReason"] == .string(word))
      #expect(json["candidates"]?[0]?["content"]?["parts"] == [["text": "So"]])
    }
  }

  @Test("what Gemini says beyond our words comes back to clients of its own, and to no others")
  func untouched() throws {
    let body = """
      {"candidates":[{"content":{"parts":[{"text":"A"}],"role":"model"},"finishReason":"STOP","index":0,
      "safetyRatings":[{"category":"X"}],"avgLogprobs":-0.1}],"usageMetadata":{"promptTokenCount":3,
      "candidatesTokenCount":1,"totalTokenCount":4,"trafficType":"ON_DEMAND"},"modelVersion":"v","responseId":"x",
      "somethingNew":1}
      """
    let response = DialectFixture.response(200, body)
    let answer = try GeminiDialect(keepsMembers: true).read(response).get().answer
    let stored = try #require(StoredResult(JobResult.of(answer).encoded())).answer
    let json = try JSONParser.parse(writer.whole(stored, model: "m", usage: answer.usage))
    var expected = try #require(try JSONParser.parse(body).object)
    expected["modelVersion"] = "m"
    expected["responseId"] = "r1"
    #expect(json == .object(expected))
    let plain = try GeminiDialect().read(response).get().answer
    #expect(plain.isPlainText && plain.usage == answer.usage)
    let chat = ChatAnswerWriter(id: "c", created: 1).whole(answer, model: "m", usage: [:])
    #expect(!String(buffer: chat).contains("somethingNew"))
  }

  @Test("files come back to Gemini's clients with their signatures, drafts and kinds; drafts to no others")
  func files() throws {
    let parts: JSONValue = [
      ["inlineData": ["mimeType": "image/png", "data": "AAAA"], "thought": true],
      ["inlineData": ["mimeType": "image/png", "data": "iVBORw0KGgo="], "thoughtSignature": "c2ln"],
      ["fileData": ["fileUri": "https://a/b", "mimeType": "video/mp4"]],
      ["fileData": ["fileUri": "https://a/c", "mimeType": "image/png"]],
      ["inlineData": ["mimeType": "audio/L16;rate=24000", "data": "AAAA"]],
    ]
    let body: JSONValue = [
      "candidates": [["content": ["parts": parts, "role": "model"], "finishReason": "STOP", "index": 0]]
    ]
    let response = DialectFixture.response(200, body.description)
    let answer = try GeminiDialect(keepsMembers: true).read(response).get().answer
    let stored = try #require(StoredResult(JobResult.of(answer).encoded())).answer
    let json = try JSONParser.parse(writer.whole(stored, model: "m", usage: .zero))
    #expect(json["candidates"]?[0]?["content"]?["parts"] == parts)
    let plain = try GeminiDialect().read(response).get().answer
    #expect(plain.choices[0].parts.count == 4)
  }

  @Test("a blocked prompt has no candidate, as at Gemini")
  func blocked() throws {
    let body = #"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#
    let answer = try GeminiDialect(keepsMembers: true).read(DialectFixture.response(200, body)).get().answer
    let json = try JSONParser.parse(writer.whole(answer, model: "m", usage: answer.usage))
    #expect(json["candidates"] == nil && json["promptFeedback"]?["blockReason"] == "SAFETY")
    var stream = writer
    let told = stream.chunk(answer.delta, model: "m")
    let end = try JSONParser.parse(stream.end(model: "m", .contentFilter, usage: answer.usage))
    #expect(told == nil && end == json, "a stream says the same")
    let other = try JSONParser.parse(
      writer.whole(Answer("", finishReason: .contentFilter), model: "m", usage: .zero))
    #expect(other["candidates"]?[0]?["finishReason"] == "SAFETY")
  }
}

extension JobResult {
  fileprivate static func of(_ answer: Answer) -> JobResult {
    JobResult(answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
  }
}
