import NIOCore
import OrderedCollections
import Testing

@testable import Shared

/// Processes of version 0.1 and of this one share a queue while they are exchanged.
@Suite("What versions before stored")
struct OlderFormTests {
  private static let request = ByteBuffer(
    string:
      #"{"model":"default","max_tokens":7,"temperature":0.5,"messages":[{"role":"system","content":"s"},"#
      + #"{"role":"user","content":[{"type":"text","text":"Why?"},"#
      + #"{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}],"user":"u"}"#)

  private let call: JSONValue = [
    "id": "a", "type": "function", "function": ["name": "f", "arguments": "{\"x\":1}"],
  ]

  private func result(_ members: JSONObject) -> ByteBuffer {
    let result: JSONObject = [
      "status": "success", "response": "Hi", "provider": "p", "model": "m", "latency_ms": 5,
      "finish_reason": "tool_calls", "error": nil, "usage": ["prompt_tokens": 1],
      "cost_estimate_usd": 0, "cascade_path": [["provider": "p", "model": "m", "status": "success"]],
    ]
    return JSONValue.object(result.merging(members) { $1 }).serialized()
  }

  private func read(_ deltas: [String]) -> Answer {
    var reader = JobDeltaReader()
    var answer = Answer()
    for text in deltas {
      guard let delta = JobDelta(stored: ByteBuffer(string: text)) else {
        Issue.record("no delta: \(text)")
        continue
      }
      for event in reader.delta(of: delta).events { answer.apply(event) }
    }
    return answer
  }

  @Test("a request without a dialect is OpenAI's, and its answer is stored in the older form")
  func request() throws {
    let (request, form, _) = try JobRequest.read(Self.request)
    var parameters = Parameters(maxTokens: 7, temperature: 0.5)
    parameters.savesThoughts = true
    parameters.user = "u"
    #expect(
      request
        == .chat(
          Conversation(
            turns: [
              Turn(role: .system, text: "s"),
              Turn(role: .user, parts: [.text("Why?"), .image(ImagePart(source: "https://x/y.png"))]),
            ], parameters: parameters)))
    #expect(form == .message)
    #expect(try JobRequest.read(request.encoded()).form == .parts)
  }

  @Test("an answer in the older form has what is no text as a message")
  func olderResult() {
    var answer = Answer(
      parts: [
        .thought(Thought("Hm", member: "reasoning")), .text("Hi"),
        .toolCall(ToolCall(id: "a", name: "f", arguments: "{}")),
      ], finishReason: .toolCalls, usage: TokenUsage(promptTokens: 2, completionTokens: 1))
    answer.choices[0].logprobs = ["content": []]
    let result = JobResult(
      answer: answer, provider: "p", model: "m", cost: .zero, latency: .milliseconds(5), cascadePath: [])
    #expect(
      String(buffer: result.encoded(as: .message))
        == #"{"status":"success","response":"Hi","provider":"p","model":"m","latency_ms":5,"#
        + #""finish_reason":"tool_calls","error":null,"#
        + #""usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3},"cost_estimate_usd":0,"#
        + #""cascade_path":[],"message":{"reasoning":"Hm","tool_calls":[{"id":"a","type":"function","#
        + #""function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[]}}"#)
  }

  @Test("deltas in the older form have a text and a message, with the index of each call")
  func olderDeltas() {
    var writer = JobDeltaWriter(as: .message)
    var first = JobDelta(AnswerDelta("Hi"))
    first.target = Target(provider: "p", model: "m")
    first.attempts = 1
    #expect(String(buffer: writer.encode(first)) == #"{"text":"Hi","target":"p/m","attempts":1}"#)
    let head = ToolCall(id: "a", name: "f", arguments: "{")
    #expect(
      String(buffer: writer.encode(JobDelta(AnswerDelta([.part(.toolCall(head), at: 1, choice: 0)]))))
        == #"{"text":"","message":{"tool_calls":[{"id":"a","type":"function","#
        + #""function":{"name":"f","arguments":"{"},"index":0}]}}"#)
    let rest = ToolCall(id: "", name: "", arguments: "}")
    #expect(
      String(buffer: writer.encode(JobDelta(AnswerDelta([.part(.toolCall(rest), at: 1, choice: 0)]))))
        == #"{"text":"","message":{"tool_calls":[{"function":{"arguments":"}"},"index":0}]}}"#)
  }

  @Test("an older text is read, and one with calls, thoughts and log probabilities")
  func readResult() throws {
    let plain = try #require(StoredResult(result(["finish_reason": "stop"])))
    #expect(plain.answer == Answer("Hi", finishReason: .stop) && plain.attempts == 1 && plain.dropped == [])
    let full = try #require(
      StoredResult(
        result([
          "message": ["tool_calls": [call], "reasoning": "Hm", "tool_plan": "first"],
          "logprobs": ["content": [1]],
        ])))
    var expected = Answer(
      parts: [
        .thought(Thought("Hm", member: "reasoning")), .text("Hi"),
        .toolCall(ToolCall(id: "a", name: "f", arguments: "{\"x\":1}")),
      ], finishReason: .toolCalls)
    expected.choices[0].extras = ["tool_plan": "first"]
    expected.choices[0].logprobs = ["content": [1]]
    #expect(full.answer == expected)
  }

  @Test("older deltas are read as the answer that the older result has, in whatever pieces calls came")
  func readDeltas() throws {
    let expected = try #require(
      StoredResult(result(["message": ["tool_calls": [call]], "response": ""]))?.answer.choices[0].parts)
    let head = #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#
    let pieces = [#"{"x""#, ":1}"].map { piece in
      "{\"index\":0,\"function\":{\"arguments\":\(JSONValue.string(piece))}}"
    }
    let apart = ([head] + pieces).map { #"{"text":"","message":{"tool_calls":[\#($0)]}}"# }
    // Version 0.1 joined deltas by their lists, so that one has several entries for one call.
    let together = [#"{"text":"","message":{"tool_calls":[\#(head),\#(pieces[0]),\#(pieces[1])]}}"#]
    #expect(read(apart).choices[0].parts == expected)
    #expect(read(together).choices[0].parts == expected)
  }

  @Test("any answer in the older form tells OpenAI's clients the same, whole and in pieces")
  func older() throws {
    for seed in AnswerPropertyTests.seeds {
      var samples = AnswerSamples(seed: seed)
      let answer = samples.answer()
      let result = JobResult(
        answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
      let whole = try #require(StoredResult(result.encoded(as: .message)), "seed \(seed)").answer
      #expect(whole.text == answer.text, "seed \(seed)")
      #expect(comparable(whole) == comparable(answer), "seed \(seed)")
      #expect(whole.choices[0].logprobs == answer.choices[0].logprobs, "seed \(seed)")
      var writer = JobDeltaWriter(as: .message)
      let deltas = samples.groups(of: samples.events(of: answer)).map {
        String(buffer: writer.encode(JobDelta($0)))
      }
      let told = read(deltas)
      #expect(told.text == answer.text, "seed \(seed)")
      #expect(comparable(told) == comparable(answer), "seed \(seed)")
      #expect(told.choices[0].logprobs == answer.choices[0].logprobs, "seed \(seed)")
    }
  }

  /// The message without the numbers of its lists' entries.
  private func comparable(_ answer: Answer) -> JSONValue {
    .object(
      answer.chatMessage.mapValues { value in
        guard let entries = value.array else { return value }
        return .array(
          entries.map { $0.object.map { .object($0.filter { $0.key != "index" }) } ?? $0 })
      })
  }
}
