import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Completions of texts")
struct TextCompletionTests {
  private let dialect = CompletionDialect()

  // MARK: - Requests

  private static func request(_ generator: inout SplitMix) -> CompletionRequest {
    var parameters = Parameters(
      maxTokens: generator.happens(50) ? Int.random(in: 0...999, using: &generator) : nil,
      temperature: generator.happens(50) ? 0.5 : nil, topP: generator.happens(50) ? 0.25 : nil,
      stop: generator.happens(50) ? ["\n", "ü"] : [], seed: generator.happens(50) ? -7 : nil)
    parameters.user = generator.happens(50) ? "anna" : nil
    let prompts: [JSONValue] = ["Once", ["Once", "Twice"], [1, 2, 3], [[1, 2], [3]]]
    return CompletionRequest(
      model: "m", prompt: prompts.randomElement(using: &generator) ?? "",
      suffix: generator.happens(30) ? "end" : nil, count: Int.random(in: 1...3, using: &generator),
      bestOf: generator.happens(30) ? 4 : nil, logprobs: generator.happens(30) ? 2 : nil,
      echoes: generator.happens(30), parameters: parameters,
      extras: generator.happens(50) ? ["model": "mine", "best": [1], "completion": 2] : [:])
  }

  @Test("what is stored is read back as it was, also where a client's own members have our names")
  func stored() throws {
    var generator = SplitMix(seed: 7)
    for _ in 0..<200 {
      let request = JobRequest.completion(Self.request(&generator))
      #expect(try JobRequest(stored: request.encoded()) == request)
      let (read, _, isPricedOnly) = try JobRequest.read(JobRequest.pricedOnly(request.encoded()))
      #expect(read == request && isPricedOnly)
    }
    let moderation = JobRequest.moderation(
      ModerationRequest(model: "m", input: ["a", "b"], extras: ["input": "mine"]))
    #expect(try JobRequest(stored: moderation.encoded()) == moderation)
    // Embeddings may have any member of their clients'.
    let embedding = JobRequest.embedding(
      EmbeddingRequest(model: "m", input: "a", extras: ["completion": ["model": "x", "prompt": "y"]]))
    #expect(try JobRequest(stored: embedding.encoded()) == embedding)
  }

  @Test("a provider that has them is asked under OpenAI's names, with the usage of a stream")
  func written() throws {
    let request = CompletionRequest(
      model: "route", prompt: ["Once", "Twice"], suffix: "end", count: 2, logprobs: 3, echoes: true,
      parameters: Parameters(maxTokens: 0, stop: ["x"]), extras: ["best": true])
    let target = RequestTarget(provider: "p", model: "old/1", shape: ProviderShape(drop: ["best"]))
    let written = dialect.write(request, for: target, streams: true)
    #expect(written.dropped == ["best"])
    #expect(
      try JSONParser.parse(written.body) == [
        "model": "old/1", "prompt": ["Once", "Twice"], "suffix": "end", "n": 2, "logprobs": 3, "echo": true,
        "max_tokens": 0, "stop": ["x"], "stream": true, "stream_options": ["include_usage": true],
      ])
  }

  @Test(
    "a chat is asked where nothing is lost by it; else what would be is named",
    arguments: [
      (CompletionRequest(model: "m", prompt: "Once"), nil),
      (CompletionRequest(model: "m", prompt: ["Once", "Twice"]), nil),
      (CompletionRequest(model: "m", prompt: "Once", suffix: "", bestOf: 1), nil),
      (CompletionRequest(model: "m", prompt: "Once", suffix: "end"), "suffix"),
      (CompletionRequest(model: "m", prompt: "Once", count: 2), "n"),
      (CompletionRequest(model: "m", prompt: "Once", bestOf: 2), "best_of"),
      (CompletionRequest(model: "m", prompt: "Once", logprobs: 0), "logprobs"),
      (CompletionRequest(model: "m", prompt: "Once", logprobs: 0, echoes: true), "echo"),
      (CompletionRequest(model: "m", prompt: [1, 2]), "prompt"),
      (CompletionRequest(model: "m", prompt: ["Once", ""]), "prompt"),
      (CompletionRequest(model: "m", prompt: "Once", parameters: Parameters(maxTokens: 0)), "max_tokens"),
    ] as [(CompletionRequest, String?)])
  func chat(request: CompletionRequest, obstacle: String?) throws {
    #expect(request.chatObstacle?.rawValue == obstacle)
    guard let obstacle else {
      let conversation = try request.conversation(for: "p")
      #expect(conversation.turns == [Turn(role: .user, text: "Once")])
      return
    }
    let error = #expect(throws: Untranslatable.self) { try request.conversation(for: "p") }
    #expect(obstacle == "prompt" || error?.sentence.contains("`\(obstacle)`") == true)
  }

  @Test("many texts may cost what all of them together may have")
  func bounds() {
    let request = CompletionRequest(
      model: "m", prompt: ["Once", "Twice"], count: 2, bestOf: 3, parameters: Parameters(maxTokens: 10))
    #expect(request.choiceCount == 4 && request.maxTokens == 60)
    #expect(JobRequest.completion(request).estimatedUsage.completionTokens == 60)
    let endless = CompletionRequest(model: "m", prompt: "a", parameters: Parameters(maxTokens: .max))
    #expect(endless.estimatedTokens == .max)
    #expect(JobRequest.moderation(ModerationRequest(model: "m", input: "a")).longestAnswer == 0)
  }

  // MARK: - Answers

  private static func answer(_ generator: inout SplitMix) -> Answer {
    var answer = Answer()
    answer.choices = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
      var choice = Answer.Choice(
        parts: generator.happens(90) ? [.text("Täxt \(UInt8.random(in: 0...255, using: &generator))")] : [],
        finishReason: [.stop, .length, .contentFilter].randomElement(using: &generator))
      if generator.happens(30) { choice.logprobs = ["tokens": ["a"], "text_offset": [0]] }
      if generator.happens(30) { choice.members = ["stop_reason": 7, "unknown": ["a": nil]] }
      return choice
    }
    answer.usage = TokenUsage(promptTokens: 3, completionTokens: 5)
    if generator.happens(50) { answer.extras = ["system_fingerprint": "fp", "unknown": [1]] }
    return answer
  }

  @Test("what is written for clients is read back as it was, whole and in chunks")
  func readsWhatItWrites() throws {
    var generator = SplitMix(seed: 11)
    for _ in 0..<200 {
      let answer = Self.answer(&generator)
      let writer = CompletionAnswerWriter(id: "cmpl-1", created: 1)
      let usage = JSONValue.object(answer.usage.openAIForm)
      let body = writer.whole(answer, model: "m", usage: usage, echoes: { _ in "" })
      let read = try dialect.read(DialectFixture.response(200, String(buffer: body))).get()
      #expect(read.answer == answer)
      #expect(StoredResult(JobResult.of(answer).encoded())?.answer.choices == answer.choices)

      var chunks: [ByteBuffer] = []
      for (index, choice) in answer.choices.enumerated() {
        let text = choice.parts.first?.text ?? ""
        chunks.append(
          writer.chunk(
            model: "m", choice: index, text: text, logprobs: choice.logprobs, includesUsage: true))
        chunks.append(
          writer.chunk(
            model: "m", choice: index, text: "", finishReason: choice.finishReason?.rawValue,
            of: answer, includesUsage: true))
      }
      chunks.append(writer.usageChunk(model: "m", usage))
      let stream = CompletionDialect(choiceCount: answer.choices.count)
      let joined = try stream.assemble(chunks.map { String(buffer: $0) } + ["[DONE]"]).get().answer
      #expect(joined.choices == answer.choices && joined.usage == answer.usage)
      #expect(joined.extras == answer.extras)
    }
  }

  @Test("the prompt stands before its text where it is to be echoed")
  func echoed() throws {
    var answer = Answer()
    answer.choices = [Answer.Choice(parts: [.text("A")]), Answer.Choice(parts: [.refusal("B")])]
    let body = CompletionAnswerWriter(id: "x", created: 1)
      .whole(answer, model: "m", usage: [:], echoes: { $0 == 0 ? "Once " : "Twice " })
    let json = try JSONParser.parse(body)
    #expect(json["object"] == "text_completion")
    #expect(json["choices"]?.array?.map { $0["text"] } == ["Once A", "Twice B"])
    #expect(json["choices"]?.array?.map { $0["index"] } == [0, 1])
  }

  @Test("a stream is cut that ends before all of its choices have")
  func cut() throws {
    func chunk(_ index: Int, _ text: String, _ reason: JSONValue = .null) -> String {
      JSONValue.object([
        "choices": [["index": .integer(Int64(index)), "text": .string(text), "finish_reason": reason]]
      ]).description
    }
    let first = [chunk(0, "A"), chunk(1, "B"), chunk(0, "", "stop"), "[DONE]"]
    #expect(CompletionDialect(choiceCount: 2).assemble(first).fault == .failing("answer cut short"))
    let whole = try CompletionDialect(choiceCount: 2).assemble(first + [chunk(1, "C", "length")]).get().answer
    #expect(whole.choices.map(\.parts) == [[.text("A")], [.text("BC")]])
    #expect(whole.choices.map(\.finishReason) == [.stop, .length])
  }

  @Test("an error in a success, in a stream, and an answer without choices are faults")
  func faults() {
    let error = #"{"error": {"message": "no", "code": 503}}"#
    #expect(dialect.read(DialectFixture.response(200, error)).fault?.message == "no")
    #expect(dialect.assemble([error]).fault?.message == "no")
    for body in ["{}", #"{"choices": []}"#, #"{"choices": 1}"#] {
      #expect(dialect.read(DialectFixture.response(200, body)).fault == .failing("no choices in the answer"))
    }
    let ends = #"{"choices":[{"index":99999,"text":"x"},{"text":"y","finish_reason":"error"}]}"#
    #expect(dialect.assemble([ends]).fault == .failing("error in mid-answer"))
  }

  // MARK: - Moderations

  @Test("moderations are asked where they are, and their results are handed on as they came")
  func moderations() throws {
    let request = ModerationRequest(model: "route", input: "a", extras: ["x": 1])
    var shape = ProviderShape()
    let none = RequestTarget(provider: "p", model: "omni", shape: shape)
    let refusal = #expect(throws: ProviderFault.self) { try ModerationDialect.write(request, for: none) }
    #expect(refusal?.message?.contains("`moderations: true`") == true)
    shape.takesModerations = true
    let target = RequestTarget(provider: "p", model: "omni", shape: shape)
    let body = try ModerationDialect.write(request, for: target).body
    #expect(try JSONParser.parse(body) == ["model": "omni", "input": "a", "x": 1])
    let results: JSONValue = [["flagged": true, "categories": ["hate/threatening": true]]]
    let answer = try ModerationDialect.answer(
      from: DialectFixture.response(200, JSONValue.object(["results": results]).description), hiding: nil)
    #expect(answer.embeddings == results)
    for wrong in ["{}", #"{"results": []}"#, #"{"results": [{}]}"#] {
      #expect(throws: ProviderFault.self) {
        try ModerationDialect.answer(from: DialectFixture.response(200, wrong), hiding: nil)
      }
    }
  }
}

extension JobResult {
  fileprivate static func of(_ answer: Answer) -> JobResult {
    JobResult(answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
  }
}
