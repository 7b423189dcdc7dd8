import Shared

/// Writes a random answer as Anthropic's Messages do: blocks, one after the other.
struct MixtureInMessages {
  private var samples: MixtureSamples
  private let filter: Mixture.Filter
  private let thoughts: MixtureThoughts
  private var blocks: [JSONValue] = []
  private var events: [JSONValue] = []
  private var text = ""
  private var thought = ""
  private var details: [JSONValue] = []
  private var calls: [JSONValue] = []
  private var annotations: [JSONValue] = []
  private var told = ToldAnswer()

  /// `maker` is the provider's name.
  static func wire(_ samples: MixtureSamples, _ filter: Mixture.Filter, maker: String) -> Mixture.Wire {
    var mixture = MixtureInMessages(samples, filter, maker)
    return mixture.wire()
  }

  private init(_ samples: MixtureSamples, _ filter: Mixture.Filter, _ maker: String) {
    self.samples = samples
    self.filter = filter
    thoughts = MixtureThoughts(dialect: .messages, maker: maker)
  }

  private mutating func wire() -> Mixture.Wire {
    if filter != .all {
      addText()
      if filter == .nothing, samples.happens(50) { (blocks, events, text, annotations) = ([], [], "", []) }
      for _ in 0..<samples.number(1...4) { addBlock() }
    }
    if !text.isEmpty { told.message["content"] = .string(text) }
    if !thought.isEmpty { told.message["reasoning_content"] = .string(thought) }
    for (name, list) in ["reasoning_details": details, "tool_calls": calls, "annotations": annotations]
    where !list.isEmpty {
      told.message[name] = .array(list)
    }
    let end = finish()
    let (begun, usage) = usage()
    var whole: JSONObject = [
      "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": .array(blocks),
      "stop_reason": end, "stop_sequence": .null, "usage": .object(usage),
    ]
    let wholeAnswer = JSONValue.object(whole)
    for (name, value) in ["content": [], "stop_reason": .null, "usage": .object(begun)] as JSONObject {
      whole[name] = value
    }
    let first: JSONValue = ["type": "message_start", "message": .object(whole)]
    let last: [JSONValue] = [
      [
        "type": "message_delta", "delta": ["stop_reason": end, "stop_sequence": .null],
        "usage": .object(usage),
      ],
      ["type": "message_stop"],
    ]
    return Mixture.Wire(whole: wholeAnswer, events: [first] + events + last, told: told)
  }

  // MARK: - Blocks

  private mutating func addBlock() {
    switch samples.number(0...9) {
    case 0...2: addText()
    case 3...5: addThought()
    case 6: addSealedThought()
    case 7, 8: addCall()
    default: addUnknown()
    }
  }

  private mutating func add(_ block: JSONObject, begun: JSONObject, _ deltas: [JSONValue]) {
    let index = JSONValue.integer(Int64(blocks.count))
    blocks.append(.object(block))
    events.append(["type": "content_block_start", "index": index, "content_block": .object(begun)])
    for delta in deltas {
      // What clients are to pass over.
      if samples.happens(10) {
        events.append(samples.pick([["type": "ping"], ["type": "new_event", "a": 1]]))
      }
      events.append(["type": "content_block_delta", "index": index, "delta": delta])
    }
    events.append(["type": "content_block_stop", "index": index])
  }

  private mutating func addText() {
    let said = samples.text()
    let place = (start: text.unicodeScalars.count, end: text.unicodeScalars.count + said.unicodeScalars.count)
    text += said
    var pieces = samples.cut(said)
    let start = samples.happens(10) ? pieces.removeFirst() : ""
    var deltas = pieces.map { piece -> JSONValue in ["type": "text_delta", "text": .string(piece)] }
    var block: JSONObject = ["type": "text", "text": .string(said)]
    if samples.happens(30) {
      let citations = (0..<samples.number(1...2)).map { citation($0, place.start, place.end) }
      block["citations"] = .array(citations)
      deltas = samples.weave([deltas, citations.map { ["type": "citations_delta", "citation": $0] }])
    }
    add(block, begun: ["type": "text", "text": .string(start)], deltas)
  }

  /// Of a page, or of a document, for which OpenAI's form has no place.
  private mutating func citation(_ number: Int, _ start: Int, _ end: Int) -> JSONValue {
    let cited = JSONValue.string(samples.text())
    guard samples.happens(60) else {
      return [
        "type": "char_location", "cited_text": cited, "document_index": 0, "document_title": "d",
        "start_char_index": 0, "end_char_index": 3,
      ]
    }
    let url = JSONValue.string("https://a.example/\(number)")
    annotations.append([
      "type": "url_citation",
      "url_citation": [
        "start_index": .integer(Int64(start)), "end_index": .integer(Int64(end)), "url": url, "title": "t",
      ],
    ])
    return [
      "type": "web_search_result_location", "url": url, "title": "t", "cited_text": cited,
      "encrypted_index": .string(samples.base64()),
    ]
  }

  private mutating func addThought() {
    let said = samples.happens(85) ? samples.text() : ""
    let signature = samples.base64()
    thought += said
    details.append(thoughts.detail(text: said, signature: signature))
    let pieces = said.isEmpty ? [] : samples.cut(said)
    let signatures = samples.happens(85) ? [signature] : samples.cut(signature)
    add(
      ["type": "thinking", "thinking": .string(said), "signature": .string(signature)],
      begun: ["type": "thinking", "thinking": "", "signature": ""],
      pieces.map { ["type": "thinking_delta", "thinking": .string($0)] }
        + signatures.map { ["type": "signature_delta", "signature": .string($0)] })
  }

  private mutating func addSealedThought() {
    let data = samples.base64()
    details.append(thoughts.detail(sealed: data))
    let block: JSONObject = ["type": "redacted_thinking", "data": .string(data)]
    add(block, begun: block, [])
  }

  private mutating func addCall() {
    let (input, number) = (samples.arguments(), calls.count)
    let (id, name) = (JSONValue.string("toolu_\(number)"), JSONValue.string("f\(number)"))
    let arguments = JSONValue.string(input.description)
    calls.append([
      "id": id, "type": "function", "function": ["name": name, "arguments": arguments],
    ])
    let isEmpty = input.object?.isEmpty == true
    var pieces = isEmpty ? [] : samples.cut(input.description)
    if samples.happens(70) { pieces.insert("", at: 0) }
    let block: JSONObject = ["type": "tool_use", "id": id, "name": name, "input": input]
    add(
      block, begun: block.merging(["input": [:]] as JSONObject) { $1 },
      pieces.map { ["type": "input_json_delta", "partial_json": .string($0)] })
  }

  /// What OpenAI's form has no place for.
  private mutating func addUnknown() {
    let block: JSONObject = ["type": "new_block", "said": .string(samples.text())]
    add(block, begun: block, samples.happens(50) ? [["type": "new_delta", "said": "a"]] : [])
  }

  // MARK: - The end

  private mutating func finish() -> JSONValue {
    if filter != .nothing {
      told.finishReason = "content_filter"
      return "refusal"
    }
    let words = [
      ("end_turn", "stop"), ("stop_sequence", "stop"), ("pause_turn", "stop"), ("a_new_word", "stop"),
      ("max_tokens", "length"), ("model_context_window_exceeded", "length"),
    ]
    let (word, reason) = samples.pick(words + (calls.isEmpty ? [] : [("tool_use", "tool_calls")]))
    told.finishReason = .string(reason == "stop" && !calls.isEmpty ? "tool_calls" : reason)
    return .string(word)
  }

  /// As it stands at the beginning of a stream, and whole.
  private mutating func usage() -> (begun: JSONObject, whole: JSONObject) {
    let (input, output) = (samples.number(1...5000), samples.number(30...900))
    let read = samples.happens(40) ? samples.number(1...3000) : 0
    let written = samples.happens(30) ? samples.number(1...3000) : 0
    let thinking = samples.happens(30) ? samples.number(1...output) : 0
    func json(_ count: Int) -> JSONValue { .integer(Int64(count)) }
    var begun: JSONObject = ["input_tokens": json(input), "output_tokens": 1, "service_tier": "standard"]
    if read > 0 { begun["cache_read_input_tokens"] = json(read) }
    if written > 0 { begun["cache_creation_input_tokens"] = json(written) }
    var whole = begun
    whole["output_tokens"] = json(output)
    if thinking > 0 { whole["output_tokens_details"] = ["thinking_tokens": json(thinking)] }

    var usage: JSONObject = [
      "prompt_tokens": json(input + read + written), "completion_tokens": json(output),
      "total_tokens": json(input + read + written + output),
    ]
    var ofPrompt: JSONObject = [:]
    if read > 0 { ofPrompt["cached_tokens"] = json(read) }
    if written > 0 { ofPrompt["cache_write_tokens"] = json(written) }
    if !ofPrompt.isEmpty { usage["prompt_tokens_details"] = .object(ofPrompt) }
    if thinking > 0 { usage["completion_tokens_details"] = ["reasoning_tokens": json(thinking)] }
    told.usage = .object(usage)
    return (begun, whole)
  }
}
