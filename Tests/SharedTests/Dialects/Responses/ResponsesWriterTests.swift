import TestSupport
import Testing

@testable import Shared

@Suite("Answers in Responses' form")
struct ResponsesWriterTests {
  /// A random answer without what clients of Responses have no place for.
  private func answer(_ samples: inout AnswerSamples) -> Answer {
    var answer = samples.answer()
    // Streamed, each word's stand with its text.
    answer.choices[0].logprobs = [:]
    for index in answer.choices[0].parts.indices {
      guard case .toolCall(var call) = answer.choices[0].parts[index], call.kind == .legacy else { continue }
      call.kind = .function
      call.id = "call_legacy"
      answer.choices[0].parts[index] = .toolCall(call)
    }
    return answer
  }

  /// Its events, each part's pieces together. Signatures of calls come at their beginning, as Gemini's do.
  private func events(of answer: Answer, _ samples: inout AnswerSamples) -> [AnswerEvent] {
    let events = samples.events(of: answer)
    let parts = events.filter { $0.place >= 0 }.enumerated()
      .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
    return events.filter { $0.place < 0 } + parts.map { $0.signed(in: answer) }
  }

  @Test("what is streamed is what is whole, and no client stumbles", arguments: 0..<200 as Range<UInt64>)
  func streamedAndWhole(seed: UInt64) throws {
    var samples = AnswerSamples(seed: seed)
    let answer = answer(&samples)
    let deltas = samples.groups(of: events(of: answer, &samples))
    let joined = JoinedResponse(try ResponsesFixture.streamed(deltas, answer.finishReason))
    #expect(joined.faults == [])
    #expect(joined.response["output"] == ResponsesFixture.whole(answer)["output"])
    #expect(joined.response["status"] == ResponsesFixture.whole(answer)["status"])
  }

  @Test("parts that come by turns lose no text", arguments: 0..<200 as Range<UInt64>)
  func mingled(seed: UInt64) throws {
    var samples = AnswerSamples(seed: seed)
    let answer = answer(&samples)
    let events = samples.events(of: answer)
    let joined = JoinedResponse(try ResponsesFixture.streamed(samples.groups(of: events)))
    #expect(joined.faults == [])
    let spoken = answer.choices[0].parts.reduce(into: "") {
      if case .audio(let audio) = $1 { $0 += audio.transcript ?? "" } else { $0 += $1.text ?? "" }
    }
    // A sound's words may stand before a text's that came with them.
    #expect(joined.text.utf8.sorted() == spoken.utf8.sorted())
  }

  @Test(
    "an answer that a provider of Responses reads is the answer that was written",
    arguments: 0..<100 as Range<UInt64>)
  func readAgain(seed: UInt64) throws {
    var samples = AnswerSamples(seed: seed)
    let answer = answer(&samples)
    let events = try ResponsesFixture.streamed([answer.delta], answer.finishReason)
    let read = try ResponsesDialect().assemble(events.map(\.json.description)).get().answer
    let whole = try ResponsesDialect().read(
      DialectFixture.response(200, ResponsesFixture.whole(answer).description)
    ).get().answer
    #expect(read.text == whole.text)
    #expect(read.choices[0].parts.filter { !$0.isEmpty } == whole.choices[0].parts.filter { !$0.isEmpty })
    #expect(read.finishReason == whole.finishReason)
  }

  @Test("thoughts, then words: each is an item, and a thought has its part before its text")
  func thoughtsAndText() throws {
    let events = try ResponsesFixture.streamed([
      AnswerDelta([.part(.thought(Thought("Hm", member: "reasoning_content")), at: 0, choice: 0)]),
      AnswerDelta([.part(.thought(Thought("m")), at: 0, choice: 0)]),
      AnswerDelta([.part(.text("A"), at: 1, choice: 0)]),
    ])
    #expect(
      events.map(\.name) == [
        "response.created", "response.in_progress", "response.output_item.added",
        "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done", "response.output_item.done", "response.output_item.added",
        "response.content_part.added", "response.output_text.delta", "response.output_text.done",
        "response.content_part.done", "response.output_item.done", "response.completed",
      ])
    #expect(JoinedResponse(events).faults == [])
  }

  @Test("a call whose arguments come whole has a delta all the same")
  func wholeArguments() throws {
    let call = ToolCall(id: "call_1", name: "f", arguments: #"{"a":1}"#)
    let events = try ResponsesFixture.streamed(
      [AnswerDelta([.part(.toolCall(call), at: 0, choice: 0)])], .toolCalls)
    let delta = events.first { $0.name == "response.function_call_arguments.delta" }?.json
    #expect(delta?["delta"] == #"{"a":1}"#)
    let item = events.last?.json["response"]?["output"]?[0]
    #expect(item?["call_id"] == "call_1")
    #expect(item?["id"] == "fc_x0")
  }

  @Test("calls that come by turns keep what is theirs")
  func callsByTurns() throws {
    func piece(_ part: Int, _ arguments: String, _ name: String = "") -> AnswerDelta {
      let call = ToolCall(id: name.isEmpty ? "" : "call_\(name)", name: name, arguments: arguments)
      return AnswerDelta([.part(.toolCall(call), at: part, choice: 0)])
    }
    let joined = JoinedResponse(
      try ResponsesFixture.streamed(
        [piece(0, "{\"a\"", "f"), piece(1, "{\"b\"", "g"), piece(0, ":1}"), piece(1, ":2}")], .toolCalls))
    #expect(joined.faults == [])
    #expect(joined.response["output"]?[0]?["arguments"] == #"{"a":1}"#)
    #expect(joined.response["output"]?[1]?["arguments"] == #"{"b":2}"#)
  }

  @Test("what the names of tools stand for comes back as the client knows it")
  func names() throws {
    let tools = [
      Tool(responses: ["type": "namespace", "name": "mcp", "tools": [["type": "function", "name": "find"]]]),
      Tool(responses: ["type": "custom", "name": "patch"]),
    ]
    let calls = [
      ToolCall(id: "call_1", name: "mcp__find", arguments: "{}"),
      ToolCall(id: "call_2", name: "patch", arguments: #"{"input":"*** Begin\n"}"#),
      ToolCall(id: "call_3", name: "other", arguments: "{}"),
    ]
    let answer = Answer(parts: calls.map(Part.toolCall), finishReason: .toolCalls)
    let joined = JoinedResponse(try ResponsesFixture.streamed([answer.delta], .toolCalls, tools: tools))
    #expect(joined.faults == [])
    let output = joined.response["output"]
    #expect(output?[0]?["name"] == "find" && output?[0]?["namespace"] == "mcp")
    #expect(output?[1]?["type"] == "custom_tool_call" && output?[1]?["input"] == "*** Begin\n")
    #expect(output?[2]?["name"] == "other" && output?[2]?["namespace"] == nil)
  }

  @Test("likelihoods stand with the words that they are of")
  func logprobs() throws {
    let token: JSONValue = ["token": "A", "logprob": -0.5]
    let joined = JoinedResponse(
      try ResponsesFixture.streamed([
        AnswerDelta([.part(.text("A"), at: 0, choice: 0), .logprobs(["content": [token]], choice: 0)]),
        AnswerDelta("B"),
      ]))
    #expect(joined.faults == [])
    #expect(joined.response["output"]?[0]?["content"]?[0]?["logprobs"] == [token])
  }

  @Test("a signature comes back to its call, also where it came late")
  func lateSignature() throws {
    let maker = Maker(provider: "p", dialect: .gemini)
    let pieces = [
      ToolCall(id: "call_1", name: "f", arguments: "{"),
      ToolCall(id: "", name: "", arguments: "}", signature: "s", maker: maker),
    ]
    let joined = JoinedResponse(
      try ResponsesFixture.streamed(pieces.map { AnswerDelta([.part(.toolCall($0), at: 0, choice: 0)]) }))
    #expect(joined.faults == [])
    let output: JSONValue = ["type": "function_call_output", "call_id": "call_1", "output": "A"]
    let asked = try ResponsesFixture.asked(.array((joined.response["output"]?.array ?? []) + [output]))
    guard case .toolCall(let call) = asked.turns[0].parts[0] else { return #expect(Bool(false)) }
    #expect(call.signature == "s" && call.maker == maker)
  }

  @Test("an answer that broke off says so, and its last call is not whole")
  func cut() throws {
    let call = ToolCall(id: "call_1", name: "f", arguments: #"{"a"#)
    let answer = Answer(parts: [.text("A"), .toolCall(call)], finishReason: .length)
    let response = ResponsesFixture.whole(answer)
    #expect(response["status"] == "incomplete")
    #expect(response["incomplete_details"] == ["reason": "max_output_tokens"])
    #expect(response["completed_at"]?.isNull == true)
    #expect(response["output"]?[0]?["status"] == "completed")
    #expect(response["output"]?[1]?["status"] == "incomplete")
  }

  @Test("a stream that fails ends with why, also before anything was said")
  func failed() throws {
    var writer = ResponsesFixture.writer()
    let events = try writer.fail(code: "server_error", message: "Gone.").map {
      (name: $0.name, json: try JSONParser.parse($0.data))
    }
    #expect(events.map(\.name) == ["response.created", "response.in_progress", "response.failed"])
    #expect(events.last?.json["response"]?["error"] == ["code": "server_error", "message": "Gone."])
    #expect(JoinedResponse(events).faults == [])
  }

  /// https://www.openresponses.org, 2026-04-24.
  private static let required = [
    "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model",
    "previous_response_id", "instructions", "output", "error", "tools", "tool_choice", "truncation",
    "parallel_tool_calls", "text", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs",
    "temperature", "reasoning", "usage", "max_output_tokens", "max_tool_calls", "store", "background",
    "service_tier", "metadata", "user", "safety_identifier", "prompt_cache_key",
  ]

  @Test("every member that Open Responses requires is there, also in a response that has begun")
  func required() throws {
    let events = try ResponsesFixture.streamed([AnswerDelta("A")])
    for response in [events.first?.json["response"], events.last?.json["response"]] {
      for name in Self.required { #expect(response?[name] != nil, "\(name)") }
      #expect(response?["created_at"] == .integer(7))
      #expect(response?["text"] == ["format": ["type": "text"]])
    }
    let usage = events.last?.json["response"]?["usage"]
    #expect(usage?["output_tokens_details"] == ["reasoning_tokens": 0])
    #expect(usage?["input_tokens_details"] == ["cached_tokens": 0, "cache_write_tokens": 0])
  }
}

extension AnswerEvent {
  /// The number of the part that it is of; below 0 for what is of none.
  fileprivate var place: Int { if case .part(_, let index, _) = self { index } else { -1 } }

  /// With the whole signature at the beginning of a call, and none later.
  fileprivate func signed(in answer: Answer) -> AnswerEvent {
    guard case .part(.toolCall(var call), let index, 0) = self,
      case .toolCall(let whole) = answer.choices[0].parts[index]
    else { return self }
    call.signature = call.id.isEmpty ? nil : whole.signature
    return .part(.toolCall(call), at: index, choice: 0)
  }
}
