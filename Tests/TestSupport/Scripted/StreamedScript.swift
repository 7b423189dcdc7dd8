import Shared

/// A whole answer told as the stream that its dialect would have made of it: texts and arguments in two halves.
enum StreamedScript {
  static func events(of answer: JSONValue, _ dialect: ScriptedProvider.Dialect) -> [JSONValue] {
    switch dialect {
    case .openAI: openAI(answer)
    case .anthropic: anthropic(answer)
    case .gemini: gemini(answer)
    }
  }

  private static func halves(_ text: String) -> [String] {
    let middle = text.index(text.startIndex, offsetBy: text.count / 2)
    return [String(text[..<middle]), String(text[middle...])].filter { !$0.isEmpty }
  }

  // MARK: - OpenAI

  private static func openAI(_ answer: JSONValue) -> [JSONValue] {
    var events: [JSONValue] = []
    let joined: Set = ["content", "refusal", "reasoning", "reasoning_content"]
    for choice in answer["choices"]?.array ?? [] {
      let place = choice["index"] ?? 0
      func tell(_ delta: JSONValue, _ reason: JSONValue = .null) {
        events.append(["choices": [["index": place, "delta": delta, "finish_reason": reason]]])
      }
      tell(["role": "assistant", "content": choice["message"]?["content"]?.string == nil ? .null : ""])
      for (name, value) in choice["message"]?.object ?? [:] where name != "role" && !value.isNull {
        if joined.contains(name), let text = value.string {
          for half in halves(text) { tell([name: .string(half)]) }
        } else if name == "tool_calls" {
          for fragment in fragments(value.array ?? []) { tell(["tool_calls": [fragment]]) }
        } else {
          tell([name: value])
        }
      }
      tell([:], choice["finish_reason"] ?? .null)
    }
    var last = answer.object ?? [:]
    for name in ["id", "object", "created", "model"] { last[name] = nil }
    last["choices"] = []
    return events + [.object(last)]
  }

  private static func fragments(_ calls: [JSONValue]) -> [JSONValue] {
    var fragments: [JSONValue] = []
    for (place, call) in calls.enumerated() {
      let (kind, member) = call["type"] == "custom" ? ("custom", "input") : ("function", "arguments")
      var first = call.object ?? [:]
      var inner = first[kind]?.object ?? [:]
      let text = inner[member]?.string ?? ""
      inner[member] = ""
      first[kind] = .object(inner)
      first["index"] = .integer(Int64(place))
      fragments.append(.object(first))
      for half in halves(text) {
        fragments.append(["index": .integer(Int64(place)), kind: [member: .string(half)]])
      }
    }
    return fragments
  }

  // MARK: - Anthropic

  private static func anthropic(_ answer: JSONValue) -> [JSONValue] {
    var message = answer.object ?? [:]
    message["content"] = []
    message["stop_reason"] = .null
    var events: [JSONValue] = [["type": "message_start", "message": .object(message)]]
    for (place, block) in (answer["content"]?.array ?? []).enumerated() {
      let index = JSONValue.integer(Int64(place))
      events.append(["type": "content_block_start", "index": index, "content_block": emptied(block)])
      for delta in deltas(of: block) {
        events.append(["type": "content_block_delta", "index": index, "delta": delta])
      }
      events.append(["type": "content_block_stop", "index": index])
    }
    events.append([
      "type": "message_delta",
      "delta": [
        "stop_reason": answer["stop_reason"] ?? .null, "stop_sequence": answer["stop_sequence"] ?? .null,
      ],
      "usage": answer["usage"] ?? [:],
    ])
    return events + [["type": "message_stop"]]
  }

  private static func emptied(_ block: JSONValue) -> JSONValue {
    var block = block.object ?? [:]
    for name in ["text", "thinking", "signature"] where block[name] != nil { block[name] = "" }
    if block["input"] != nil { block["input"] = [:] }
    if block["citations"] != nil { block["citations"] = [] }
    return .object(block)
  }

  private static func deltas(of block: JSONValue) -> [JSONValue] {
    var deltas: [JSONValue] = []
    for half in halves(block["thinking"]?.string ?? "") {
      deltas.append(["type": "thinking_delta", "thinking": .string(half)])
    }
    if let signature = block["signature"] {
      deltas.append(["type": "signature_delta", "signature": signature])
    }
    for half in halves(block["text"]?.string ?? "") {
      deltas.append(["type": "text_delta", "text": .string(half)])
    }
    for citation in block["citations"]?.array ?? [] {
      deltas.append(["type": "citations_delta", "citation": citation])
    }
    if let input = block["input"] {
      for half in halves(String(buffer: input.serialized())) {
        deltas.append(["type": "input_json_delta", "partial_json": .string(half)])
      }
    }
    return deltas
  }

  // MARK: - Gemini

  /// Each part of the first candidate is an event; the last one has the end and the usage.
  private static func gemini(_ answer: JSONValue) -> [JSONValue] {
    guard var candidate = answer["candidates"]?[0]?.object else { return [answer] }
    var events = (candidate["content"]?["parts"]?.array ?? []).map { part -> JSONValue in
      ["candidates": [["content": ["role": "model", "parts": [part]], "index": 0]]]
    }
    candidate["content"] = ["role": "model", "parts": []]
    var last = answer.object ?? [:]
    last["candidates"] = [.object(candidate)]
    events.append(.object(last))
    return events
  }
}
