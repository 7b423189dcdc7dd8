import Shared

/// The items of an answer, whole and as they come.
struct ResponsesItems {
  private let call: ChatCall
  private let answer: Answer

  init(_ call: ChatCall, _ answer: Answer) {
    self.call = call
    self.answer = answer
  }

  var whole: [JSONValue] { ([thought, message].compactMap(\.self) + calls).map(JSONValue.object) }

  private var status: JSONValue {
    switch answer.finish {
    case .length, .blocked, .named: "incomplete"
    case .stop, .toolCalls, .none: "completed"
    }
  }

  private var thought: JSONObject? {
    guard call.responses.thinks else { return nil }
    var item: JSONObject = ["id": .string("rs_\(answer.id)"), "type": "reasoning", "summary": []]
    if call.responses.summarizes {
      item["summary"] = .array(Self.summary.map { ["type": "summary_text", "text": .string($0)] })
    }
    if call.responses.includesSealed { item["encrypted_content"] = .string(SealedThought.make(answer.id)) }
    return item
  }

  private static let summary = ["**Reading** the question.", "**Answering** it."]

  private var message: JSONObject? {
    guard !answer.text.isEmpty || answer.toolCalls.isEmpty && answer.finish != .blocked else { return nil }
    return [
      "id": .string("msg_\(answer.id)"), "type": "message", "status": status, "role": "assistant",
      "content": [.object(text(answer.text))],
    ]
  }

  private func text(_ text: String) -> JSONObject {
    [
      "type": "output_text", "text": .string(text), "annotations": [],
      "logprobs": .array(call.logprobs.map { TokenLogprobs.make(text, alternatives: $0) } ?? []),
    ]
  }

  private var calls: [JSONObject] {
    answer.toolCalls.enumerated().map { index, toolCall in
      let isCustom = call.responses.customTools.contains(toolCall.name)
      var item: JSONObject = [
        "id": .string("\(isCustom ? "ctc" : "fc")_\(answer.id)\(index)"),
        "type": isCustom ? "custom_tool_call" : "function_call", "status": status,
        "call_id": .string("call_\(answer.id)\(index)"), "name": .string(toolCall.name),
      ]
      // A script's arguments are an object, and what a custom tool takes is a text.
      let text = isCustom ? toolCall.arguments["input"]?.string : nil
      item[isCustom ? "input" : "arguments"] = .string(text ?? toolCall.argumentsText)
      item["namespace"] = call.responses.namespaces[toolCall.name].map(JSONValue.string)
      return item
    }
  }

  // MARK: - As they come

  func tell(_ stream: inout ResponsesStream) {
    var place: Int64 = 0
    for item in [thought, message].compactMap(\.self) + calls {
      var beginning = item
      for name in ["content", "summary"] where item[name] != nil { beginning[name] = [] }
      for name in ["arguments", "input"] where item[name] != nil { beginning[name] = "" }
      beginning["encrypted_content"] = nil
      if item["status"] != nil { beginning["status"] = "in_progress" }
      stream.add("response.output_item.added", ["output_index": .integer(place), "item": .object(beginning)])
      let inside: JSONObject = ["item_id": item["id"] ?? .null, "output_index": .integer(place)]
      switch item["type"] {
      case "reasoning": tellSummary(inside, &stream)
      case "message": tellText(inside, &stream)
      default: tellCall(item, inside, &stream)
      }
      stream.add("response.output_item.done", ["output_index": .integer(place), "item": .object(item)])
      place += 1
    }
  }

  private func tellSummary(_ inside: JSONObject, _ stream: inout ResponsesStream) {
    guard call.responses.summarizes else { return }
    let begin = "response.reasoning_summary"
    for (index, text) in Self.summary.enumerated() {
      let inside = inside.with("summary_index", .integer(Int64(index)))
      let part: JSONValue = ["type": "summary_text", "text": .string(text)]
      stream.add("\(begin)_part.added", inside.with("part", ["type": "summary_text", "text": ""]))
      for word in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        let piece = word.offset == 0 ? String(word.element) : " " + word.element
        stream.add("\(begin)_text.delta", inside.with("delta", .string(piece)))
      }
      stream.add("\(begin)_text.done", inside.with("text", .string(text)))
      stream.add("\(begin)_part.done", inside.with("part", part))
    }
  }

  private func tellText(_ inside: JSONObject, _ stream: inout ResponsesStream) {
    let inside = inside.with("content_index", 0)
    let empty: JSONValue = ["type": "output_text", "text": "", "annotations": [], "logprobs": []]
    stream.add("response.content_part.added", inside.with("part", empty))
    for piece in answer.pieces {
      let logprobs = call.logprobs.map { TokenLogprobs.make(piece, alternatives: $0) } ?? []
      stream.add(
        "response.output_text.delta",
        inside.with("delta", .string(piece)).with("logprobs", .array(logprobs)))
    }
    let whole = text(answer.text)
    stream.add(
      "response.output_text.done",
      inside.with("text", .string(answer.text)).with("logprobs", whole["logprobs"] ?? []))
    stream.add("response.content_part.done", inside.with("part", .object(whole)))
  }

  private func tellCall(_ item: JSONObject, _ inside: JSONObject, _ stream: inout ResponsesStream) {
    let isCustom = item["type"] == "custom_tool_call"
    let name = isCustom ? "response.custom_tool_call_input" : "response.function_call_arguments"
    let text = item["input"]?.string ?? item["arguments"]?.string ?? ""
    let half = text.index(text.startIndex, offsetBy: text.count / 2)
    for piece in [text[..<half], text[half...]] where !piece.isEmpty {
      stream.add("\(name).delta", inside.with("delta", .string(String(piece))))
    }
    stream.add("\(name).done", inside.with(isCustom ? "input" : "arguments", .string(text)))
  }
}

/// A thought as only its maker can read it.
enum SealedThought {
  private static let beginning = "gAAAAsim"

  static func make(_ id: String) -> String { "\(beginning)\(id)" }

  static func isOne(_ text: String) -> Bool { text.hasPrefix(beginning) }
}

extension JSONObject {
  fileprivate func with(_ name: String, _ value: JSONValue) -> JSONObject {
    var members = self
    members[name] = value
    return members
  }
}
