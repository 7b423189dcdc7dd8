import NIOCore
import Shared

/// OpenAI's completions of texts.
extension OpenAIDialect {
  private static let members: Set<String> = [
    "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "model", "n",
    "presence_penalty", "prompt", "seed", "stop", "stream", "stream_options", "suffix", "temperature",
    "top_p", "user",
  ]

  /// Nil for a request that is for something else.
  func readCompletion(_ request: ReceivedRequest) throws(Refusal) -> CompletionCall? {
    // Groq makes none.
    guard request.method == .post, request.path == base + "/completions", provider != .groq else {
      return nil
    }
    let body = try authorizedBody(request)
    if provider == .openai, let name = body.object?.keys.first(where: { !Self.members.contains($0) }) {
      throw .invalid("Unknown parameter: '\(name)'.", parameter: name, code: "unknown_parameter")
    }
    let count = try count("n", body, 1...128) ?? 1
    if let best = try self.count("best_of", body, 1...20), best < count {
      throw .invalid(
        "You requested that the server return more choices than it will generate.", parameter: "best_of")
    }
    let isStream = body["stream"]?.bool ?? false
    return CompletionCall(
      model: try model(body), prompts: try prompts(body.present("prompt")), count: count,
      maxTokens: try self.count("max_tokens", body, 0...1_000_000),
      stopSequences: try stop(body.present("stop")), seed: body["seed"]?.integer,
      logprobs: try self.count("logprobs", body, 0...5), echoes: body["echo"]?.bool ?? false,
      isStream: isStream, wantsUsage: isStream && body["stream_options"]?["include_usage"]?.bool == true)
  }

  private func count(_ name: String, _ body: JSONValue, _ range: ClosedRange<Int64>) throws(Refusal) -> Int? {
    guard let value = body.present(name) else { return nil }
    guard let count = value.integer, range.contains(count) else {
      throw .invalid(
        "Invalid value for '\(name)': expected an integer from \(range.lowerBound) to \(range.upperBound).",
        parameter: name, code: "invalid_value")
    }
    return Int(count)
  }

  private func prompts(_ value: JSONValue?) throws(Refusal) -> [String] {
    func tokens(_ elements: [JSONValue]) -> String {
      elements.compactMap(\.integer).map(String.init).joined(separator: " ")
    }
    switch value {
    case nil: return ["<|endoftext|>"]
    case .string(let text)?: return [text]
    case .array(let elements)? where elements.first?.integer != nil: return [tokens(elements)]
    case .array(let elements)? where !elements.isEmpty:
      return elements.map { $0.string ?? tokens($0.array ?? []) }
    default: throw .invalid("Invalid value for 'prompt'.", parameter: "prompt", code: "invalid_type")
    }
  }

  // MARK: - Answers

  func body(_ call: CompletionCall, _ answer: CompletionAnswer) -> JSONValue {
    let choices = answer.choices.enumerated().map { index, choice in
      self.choice(
        (call.echoes ? choice.prompt : "") + choice.answer.text, index, call,
        finish: finishReason(choice.answer.finish))
    }
    var body = head(call, answer)
    body["choices"] = .array(choices)
    if let usage = answer.usage { body["usage"] = self.usage(usage, call.chat("", number: 0)) }
    return .object(body)
  }

  /// The choices by turns, piece for piece, as they are made beside each other; and how many of the last events say that
  /// the texts are whole.
  func events(_ call: CompletionCall, _ answer: CompletionAnswer) -> (parts: [ByteBuffer], terminalCount: Int)
  {
    func event(_ choices: [JSONValue], usage: JSONValue? = nil) -> ByteBuffer {
      var chunk = head(call, answer)
      chunk["choices"] = .array(choices)
      if call.wantsUsage { chunk["usage"] = usage ?? .null }
      return ServerSentEvent.lineFeed(chunk)
    }
    var events: [ByteBuffer] = []
    let texts = answer.choices.map { (call.echoes ? [$0.prompt] : []) + $0.answer.pieces }
    for number in 0..<(texts.map(\.count).max() ?? 0) {
      for (index, pieces) in texts.enumerated() where number < pieces.count {
        events.append(event([choice(pieces[number], index, call, finish: .null)]))
      }
    }
    var terminalCount = 1
    for (index, choice) in answer.choices.enumerated() where choice.answer.finish != .none {
      events.append(event([self.choice("", index, call, finish: finishReason(choice.answer.finish))]))
      terminalCount += 1
    }
    if call.wantsUsage, let usage = answer.usage {
      events.append(event([], usage: self.usage(usage, call.chat("", number: 0))))
      terminalCount += 1
    }
    events.append(ByteBuffer(string: "data: [DONE]\n\n"))
    return (events, terminalCount)
  }

  private func head(_ call: CompletionCall, _ answer: CompletionAnswer) -> JSONObject {
    [
      "id": .string("cmpl-\(answer.id)"), "object": "text_completion", "created": .integer(answer.created),
      "model": .string(call.model), "system_fingerprint": "fp_simulator",
    ]
  }

  private func choice(_ text: String, _ index: Int, _ call: CompletionCall, finish: JSONValue) -> JSONValue {
    [
      "text": .string(text), "index": .integer(Int64(index)), "logprobs": logprobs(of: text, call),
      "finish_reason": finish,
    ]
  }

  private func logprobs(of text: String, _ call: CompletionCall) -> JSONValue {
    guard let count = call.logprobs, !text.isEmpty else { return .null }
    let entries = TokenLogprobs.make(text, alternatives: count)
    var offset = 0
    let offsets = entries.map { entry -> JSONValue in
      defer { offset += entry["token"]?.string?.count ?? 0 }
      return .integer(Int64(offset))
    }
    let top = entries.map { entry -> JSONValue in
      var likely = JSONObject()
      for other in entry["top_logprobs"]?.array ?? [] {
        if let token = other["token"]?.string { likely[token] = other["logprob"] }
      }
      return .object(likely)
    }
    return [
      "tokens": .array(entries.map { $0["token"] ?? .null }),
      "token_logprobs": .array(entries.map { $0["logprob"] ?? .null }), "top_logprobs": .array(top),
      "text_offset": .array(offsets),
    ]
  }
}
