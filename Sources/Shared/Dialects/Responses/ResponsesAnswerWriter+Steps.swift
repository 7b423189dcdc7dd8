import OrderedCollections

/// The events of each step of an output.
extension ResponsesAnswerWriter {
  mutating func emit(_ step: ResponsesOutput.Step, logprobs: [JSONValue] = []) {
    switch step {
    case .began(let place):
      emit(
        "response.output_item.added", at: place,
        ["item": .object(output.items[place].beginning(id: id(place)))])
    case .ended(let place):
      if case .call(let call) = output.items[place].kind {
        let isCustom = call.kind == .custom
        emit(
          isCustom ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done",
          inside: place, [isCustom ? "input" : "arguments": .string(call.arguments)])
      }
      emit("response.output_item.done", at: place, ["item": .object(item(place))])
    case .contentBegan(let place, let index): emitBeginning(place, index)
    case .grew(let place, let index, let text): emitGrowth(place, index, text, logprobs)
    case .annotated(let place, let index, let number):
      emit(
        "response.output_text.annotation.added", inside: place,
        [
          "content_index": .integer(Int64(index)), "annotation_index": .integer(Int64(number)),
          "annotation": output.items[place].contents[index].annotations[number],
        ])
    case .contentEnded(let place, let index): emitEnd(place, index)
    }
  }

  private mutating func emit(_ type: String, at place: Int, _ members: JSONObject) {
    var json: JSONObject = ["output_index": .integer(Int64(place))]
    for (name, value) in members { json[name] = value }
    emit(type, json)
  }

  private mutating func emit(_ type: String, inside place: Int, _ members: JSONObject) {
    var json: JSONObject = ["item_id": .string(id(place)), "output_index": .integer(Int64(place))]
    for (name, value) in members { json[name] = value }
    emit(type, json)
  }

  /// Where a part stands in its item: summaries are counted apart from all else.
  private func position(_ place: Int, _ index: Int) -> JSONObject {
    let contents = output.items[place].contents
    let isSummary = contents[index].kind == .summary
    let number = contents[..<index].count { ($0.kind == .summary) == isSummary }
    return [isSummary ? "summary_index" : "content_index": .integer(Int64(number))]
  }

  private mutating func emitBeginning(_ place: Int, _ index: Int) {
    let content = output.items[place].contents[index]
    var members = position(place, index)
    members["part"] = .object(content.beginning)
    emit(
      content.kind == .summary ? "response.reasoning_summary_part.added" : "response.content_part.added",
      inside: place, members)
  }

  private mutating func emitGrowth(_ place: Int, _ index: Int, _ text: String, _ logprobs: [JSONValue]) {
    if case .call(let call) = output.items[place].kind {
      return emit(
        call.kind == .custom
          ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta",
        inside: place, ["delta": .string(text)])
    }
    let kind = output.items[place].contents[index].kind
    guard let name = kind.eventName else { return }
    var members = position(place, index)
    members["delta"] = .string(text)
    if kind == .text { members["logprobs"] = .array(logprobs) }
    emit("\(name).delta", inside: place, members)
  }

  private mutating func emitEnd(_ place: Int, _ index: Int) {
    let content = output.items[place].contents[index]
    if let name = content.kind.eventName {
      var members = position(place, index)
      members[content.kind == .refusal ? "refusal" : "text"] = .string(content.text)
      if content.kind == .text { members["logprobs"] = .array(content.logprobs) }
      emit("\(name).done", inside: place, members)
    }
    var members = position(place, index)
    members["part"] = .object(content.json)
    emit(
      content.kind == .summary ? "response.reasoning_summary_part.done" : "response.content_part.done",
      inside: place, members)
  }
}

extension ResponsesItem.Content.Kind {
  /// What the events of its text begin with; nil for what has none.
  fileprivate var eventName: String? {
    switch self {
    case .text: "response.output_text"
    case .refusal: "response.refusal"
    case .summary: "response.reasoning_summary_text"
    case .reasoning: "response.reasoning_text"
    case .opaque: nil
    }
  }
}
