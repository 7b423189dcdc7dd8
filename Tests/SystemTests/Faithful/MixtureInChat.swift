import Shared

/// Writes a random answer as servers do that speak OpenAI's dialect: OpenAI, OpenRouter, Mistral, DeepSeek and others.
struct MixtureInChat {
  /// What one chunk brings of one member.
  private struct Piece {
    var delta: JSONObject
    var choice: JSONObject = [:]
  }

  private var samples: MixtureSamples
  private let filter: Mixture.Filter
  /// The provider's name.
  private let maker: String
  private var message: JSONObject = ["role": "assistant"]
  private var logprobs: [JSONValue] = []
  private var strands: [[Piece]] = []
  private var told = ToldAnswer()

  static func wire(_ samples: MixtureSamples, _ filter: Mixture.Filter, maker: String) -> Mixture.Wire {
    var mixture = MixtureInChat(samples: samples, filter: filter, maker: maker)
    return mixture.wire()
  }

  private init(samples: MixtureSamples, filter: Mixture.Filter, maker: String) {
    self.samples = samples
    self.filter = filter
    self.maker = maker
  }

  private mutating func wire() -> Mixture.Wire {
    message["content"] = samples.happens(50) ? .null : ""
    let beginning: JSONObject = ["role": "assistant", "content": message["content"] ?? .null]
    if filter != .all { addMembers() }
    var end: JSONObject = ["finish_reason": finish()]
    if samples.happens(20) { end["native_finish_reason"] = .string(samples.text()) }
    if samples.happens(20) { end["content_filter_results"] = ["hate": ["filtered": false]] }
    var others: JSONObject = [:]
    if samples.happens(30) { others["system_fingerprint"] = "fp_1" }
    if samples.happens(20) { others["x_trace"] = ["id": 7, "said": .string(samples.text())] }
    told.others = others.merging(end) { $1 }
    told.others?["finish_reason"] = nil
    let usage = usage()
    if let usage { told.usage = .object(usage) }

    let events = chunks(beginning, end, others, usage)
    var choice: JSONObject = ["index": 0, "message": .object(message)]
    if !logprobs.isEmpty { choice["logprobs"] = ["content": .array(logprobs)] }
    var whole: JSONObject = [
      "id": "c1", "object": "chat.completion", "created": 1, "model": "m",
      "choices": [.object(choice.merging(end) { $1 })],
    ]
    if let usage { whole["usage"] = .object(usage) }
    return Mixture.Wire(whole: .object(whole.merging(others) { $1 }), events: events, told: told)
  }

  // MARK: - The message

  private mutating func addMembers() {
    let saysText = filter == .rest || samples.happens(60)
    if !saysText {
      addThoughts()
    } else if samples.happens(80) {
      addText()
    } else {
      addContentParts()
    }
    if samples.happens(15) { addGrowing("refusal") }
    if samples.happens(25) { addDetails() }
    if samples.happens(30) { addCalls() } else if samples.happens(10) { addFunctionCall() }
    if samples.happens(20) { addList("images") { ["type": "image_url", "image_url": ["url": .string($0)]] } }
    if samples.happens(15) {
      addList("annotations") {
        ["type": "url_citation", "url_citation": ["url": .string($0), "title": "t", "start_index": 0]]
      }
    }
    if samples.happens(15) { addAudio() }
    if samples.happens(20) {
      let note: JSONValue = ["count": 2, "said": .string(samples.text()), "list": [1, "b"]]
      add("x_note", note, told: note, [Piece(delta: ["x_note": note])])
    }
  }

  private mutating func add(_ name: String, _ value: JSONValue, told value2: JSONValue, _ pieces: [Piece]) {
    message[name] = value
    told.message[name] = value2
    strands.append(pieces)
  }

  private mutating func addGrowing(_ name: String) {
    let text = samples.text()
    add(
      name, .string(text), told: .string(text),
      samples.cut(text).map { Piece(delta: [name: .string($0)]) })
  }

  private mutating func addText() {
    let text = samples.text()
    var pieces = samples.cut(text).map { Piece(delta: ["content": .string($0)]) }
    if samples.happens(20) {
      for index in pieces.indices {
        let token: JSONValue = [
          "token": pieces[index].delta["content"] ?? "", "logprob": -0.5, "top_logprobs": [],
        ]
        pieces[index].choice["logprobs"] = ["content": [token]]
        logprobs.append(token)
      }
      told.logprobs = logprobs
    }
    add("content", .string(text), told: .string(text), pieces)
    if samples.happens(30) { addThoughts() }
  }

  private mutating func addThoughts() {
    for name in samples.pick([["reasoning"], ["reasoning_content"], ["reasoning", "reasoning_content"]]) {
      addGrowing(name)
    }
  }

  /// Mistral's content: thoughts and texts in a list.
  private mutating func addContentParts() {
    var (text, thought) = ("", "")
    var parts: [JSONValue] = []
    var pieces: [Piece] = []
    for number in 0..<samples.number(1...3) {
      let said = samples.text()
      let isThought = number > 0 && samples.happens(50)
      if isThought { thought += said } else { text += said }
      func part(_ text: String) -> JSONValue {
        let part: JSONValue = ["type": "text", "text": .string(text)]
        return isThought ? ["type": "thinking", "thinking": [part]] : part
      }
      parts.append(part(said))
      pieces += samples.cut(said).map { Piece(delta: ["content": [part($0)]]) }
    }
    add("content", .array(parts), told: .string(text), pieces)
    told.message["reasoning_content"] = .string(thought)
  }

  /// OpenRouter's.
  private mutating func addDetails() {
    var entries: [JSONValue] = []
    var pieces: [Piece] = []
    for index in 0..<samples.number(1...2) {
      let place = JSONValue.integer(Int64(index))
      var entry: JSONObject = ["type": "reasoning.text", "format": "anthropic-claude-v1", "index": place]
      if samples.happens(30) {
        entry["type"] = "reasoning.encrypted"
        entry["id"] = .string("rs_\(index)")
        entry["data"] = .string(samples.base64())
        pieces.append(Piece(delta: ["reasoning_details": [.object(entry)]]))
      } else {
        let text = samples.text()
        for piece in samples.cut(text) {
          var next = entry
          next["text"] = .string(piece)
          pieces.append(Piece(delta: ["reasoning_details": [.object(next)]]))
        }
        entry["text"] = .string(text)
        if samples.happens(50) {
          let signature = JSONValue.string(samples.base64())
          pieces.append(
            Piece(delta: [
              "reasoning_details": [["type": "reasoning.text", "index": place, "signature": signature]]
            ]))
          entry["signature"] = signature
        }
      }
      entries.append(.object(entry))
    }
    add("reasoning_details", .array(entries), told: .array(entries), pieces)
  }

  // MARK: - Calls

  private mutating func addCalls() {
    let isIndexed = samples.happens(85)
    var calls: [MixtureCall] = []
    var fragments: [[Piece]] = []
    for index in 0..<samples.number(1...3) {
      let call = MixtureCall(index, isIndexed: isIndexed, maker: maker, &samples)
      calls.append(call)
      fragments.append(call.wire.fragments.map { Piece(delta: ["tool_calls": [$0]]) })
    }
    // One after the other, or all at once.
    let rows: [Piece]
    if isIndexed, samples.happens(50) {
      rows = fragments.compactMap(\.first) + samples.weave(fragments.map { Array($0.dropFirst()) })
    } else {
      rows = fragments.flatMap(\.self)
    }
    add("tool_calls", .array(calls.map(\.wire.whole)), told: .array(calls.map(\.told)), rows)
  }

  /// What there was before tools.
  private mutating func addFunctionCall() {
    let text = samples.arguments().description
    let call: JSONValue = ["name": "f", "arguments": .string(text)]
    let first = Piece(delta: ["function_call": ["name": "f", "arguments": ""]])
    let rest = samples.cut(text).map { Piece(delta: ["function_call": ["arguments": .string($0)]]) }
    add("function_call", call, told: call, [first] + rest)
  }

  // MARK: - Pictures and sounds

  private mutating func addList(_ name: String, _ entry: (String) -> JSONValue) {
    let entries = (0..<samples.number(1...2)).map { number -> JSONValue in
      entry("https://a.example/\(number)?\(samples.base64())")
    }
    add(name, .array(entries), told: .array(entries), entries.map { Piece(delta: [name: [$0]]) })
  }

  private mutating func addAudio() {
    let (data, transcript) = (samples.base64(), samples.text())
    let audio: JSONValue = [
      "id": "audio_1", "data": .string(data), "transcript": .string(transcript), "expires_at": 1_738_312_502,
    ]
    let pieces = samples.weave([
      samples.cut(data).map { JSONValue.object(["data": .string($0)]) },
      samples.cut(transcript).map { JSONValue.object(["transcript": .string($0)]) },
    ])
    let (id, end): (JSONValue, JSONValue) = (["id": "audio_1"], ["expires_at": 1_738_312_502])
    let all = [id] + pieces + [end]
    add("audio", audio, told: audio, all.map { Piece(delta: ["audio": $0]) })
  }

  // MARK: - The end

  private mutating func finish() -> JSONValue {
    let hasCalls = message["tool_calls"] != nil || message["function_call"] != nil
    let word: String
    switch filter {
    case .all, .rest:
      word = samples.pick(["content_filter", "safety", "sensitive", "recitation"])
      told.finishReason = "content_filter"
    case .nothing:
      let words = [
        ("stop", "stop"), ("eos", "stop"), ("a_new_word", "stop"), ("length", "length"),
        ("model_length", "length"),
      ]
      let (chosen, reason) = samples.pick(words + (hasCalls ? [("tool_calls", "tool_calls")] : []))
      word = chosen
      told.finishReason = hasCalls && reason == "stop" ? "tool_calls" : .string(reason)
    }
    return .string(word)
  }

  /// Nil where the server tells none.
  private mutating func usage() -> JSONObject? {
    if samples.happens(10) { return nil }
    let (prompt, completion) = (samples.number(1...5000), samples.number(30...900))
    var usage: JSONObject = [
      "prompt_tokens": .integer(Int64(prompt)), "completion_tokens": .integer(Int64(completion)),
      "total_tokens": .integer(Int64(prompt + completion)),
    ]
    if samples.happens(40) {
      usage["prompt_tokens_details"] = ["cached_tokens": samples.count(0...prompt), "audio_tokens": 0]
    }
    if samples.happens(40) {
      usage["completion_tokens_details"] = ["reasoning_tokens": samples.count(0...completion), "x_tokens": 3]
    }
    if samples.happens(30) { usage["queue_time"] = 0.25 }
    return usage
  }

  // MARK: - The stream

  private mutating func chunks(
    _ beginning: JSONObject, _ end: JSONObject, _ others: JSONObject, _ usage: JSONObject?
  ) -> [JSONValue] {
    var choices: [JSONObject] = [["delta": .object(beginning)]]
    for piece in joined(samples.weave(strands)) {
      choices.append(piece.choice.merging(["delta": .object(piece.delta)] as JSONObject) { $1 })
    }
    choices.append(end.merging(["delta": [:]] as JSONObject) { $1 })
    let tellsOthersOnce = samples.happens(50)
    var chunks = choices.map { choice -> JSONObject in
      let whole = (["index": 0, "finish_reason": .null] as JSONObject).merging(choice) { $1 }
      var chunk = tellsOthersOnce ? [:] : others
      chunk["choices"] = [.object(whole)]
      return chunk
    }
    var last: JSONObject = samples.happens(70) ? ["choices": []] : chunks.removeLast()
    if let usage { last["usage"] = .object(usage) }
    chunks.append(last.merging(others) { $1 })
    return chunks.map(JSONValue.object)
  }

  /// Some chunks bring more than one member.
  private mutating func joined(_ pieces: [Piece]) -> [Piece] {
    var joined: [Piece] = []
    for piece in pieces {
      if let last = joined.last, samples.happens(25), last.delta.keys.allSatisfy({ piece.delta[$0] == nil }),
        last.choice.isEmpty || piece.choice.isEmpty
      {
        joined[joined.count - 1] = Piece(
          delta: last.delta.merging(piece.delta) { $1 }, choice: last.choice.merging(piece.choice) { $1 })
      } else {
        joined.append(piece)
      }
    }
    return joined
  }
}
