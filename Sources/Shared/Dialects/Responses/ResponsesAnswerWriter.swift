public import NIOCore
public import OrderedCollections

/// Writes one answer for clients of Responses, whole or as it comes. What is streamed and what is whole go the same way, so
/// that they are the same.
public struct ResponsesAnswerWriter: Sendable {
  /// An event of a stream, and its name.
  public struct Event: Sendable {
    public let name: String
    public let data: ByteBuffer
  }

  private var object: ResponsesObject
  private var output: ResponsesOutput
  /// What the ids of items have in common.
  private let token: String
  private var sequence: Int64 = 0
  private var hasBegun = false
  private var extras: JSONObject = [:]
  /// Such as those of a stream that has none yet.
  private var events: [Event] = []

  /// - Parameters:
  ///   - names: under which the model knows the client's tools.
  ///   - token: what makes the ids of this answer's items unlike any other's.
  public init(_ object: ResponsesObject, names: ToolNames, token: String) {
    self.object = object
    self.token = token
    output = ResponsesOutput(names: names)
  }

  // MARK: - Whole

  /// The whole response.
  public mutating func whole(_ answer: Answer, usage: TokenUsage, completed: Int64) -> JSONObject {
    take(answer.delta, writes: false)
    return object.json(ended(answer.finishReason, usage, completed, writes: false))
  }

  // MARK: - As it comes

  /// The events before all others. Nothing where they have been written.
  public mutating func begin(model: String?) -> [Event] {
    if let model { object.model = model }
    begin()
    return takeEvents()
  }

  /// What a piece of the answer brings.
  public mutating func write(_ delta: AnswerDelta) -> [Event] {
    begin()
    take(delta, writes: true)
    return takeEvents()
  }

  /// What comes behind the last piece.
  public mutating func end(
    _ reason: FinishReason?, usage: TokenUsage, completed: Int64, extras: JSONObject = [:]
  ) -> [Event] {
    begin()
    self.extras.replace(by: extras)
    let state = ended(reason, usage, completed, writes: true)
    emit("response.\(state.status.rawValue)", ["response": .object(object.json(state))])
    return takeEvents()
  }

  /// The event that ends a stream which failed. What was said stands in it, broken off.
  public mutating func fail(code: String, message: String, isCancelled: Bool = false) -> [Event] {
    begin()
    for step in output.end(isCut: true) { emit(step) }
    var state = ResponsesObject.State(isCancelled ? .cancelled : .failed)
    state.output = items
    if !isCancelled { state.error = ["code": .string(code), "message": .string(message)] }
    state.extras = extras
    emit(isCancelled ? "response.incomplete" : "response.failed", ["response": .object(object.json(state))])
    return takeEvents()
  }

  private mutating func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    let response = JSONValue.object(object.json(ResponsesObject.State(.inProgress)))
    emit("response.created", ["response": response])
    emit("response.in_progress", ["response": response])
  }

  private mutating func take(_ delta: AnswerDelta, writes: Bool) {
    var logprobs = delta.logprobs
    for event in delta.events {
      switch event {
      case .part(let part, let index, 0):
        var told: [JSONValue] = []
        if case .text = part { swap(&told, &logprobs) }
        let steps = output.take(part, at: index, logprobs: told)
        if writes { for step in steps { emit(step, logprobs: told) } }
      case .extras(let members, .responses): extras.replace(by: members)
      case .extras(let members, .chat):
        if let tier = members["service_tier"] { extras["service_tier"] = tier }
      case .part, .logprobs, .message, .choice, .extras, .finish, .usage: continue
      }
    }
  }

  private mutating func ended(
    _ reason: FinishReason?, _ usage: TokenUsage, _ completed: Int64, writes: Bool
  ) -> ResponsesObject.State {
    let isCut = reason == .length || reason == .contentFilter
    let steps = output.end(isCut: isCut)
    if writes { for step in steps { emit(step) } }
    var state = ResponsesObject.State(isCut ? .incomplete : .completed)
    state.output = items
    state.usage = usage
    state.extras = extras
    if isCut {
      state.incompleteReason = reason == .length ? "max_output_tokens" : "content_filter"
    } else {
      state.completed = completed
    }
    return state
  }

  private var items: [JSONValue] { output.items.indices.map { .object(item($0)) } }

  private func item(_ place: Int) -> JSONObject {
    let item = output.items[place]
    return item.json(id: id(place), encrypted: item.sealed.flatMap(SealedPart.sealed))
  }

  private func id(_ place: Int) -> String {
    let item = output.items[place]
    // One of OpenAI's own is known by the id that it has.
    if case .opaque(let json) = item.kind, let id = json["id"]?.string { return id }
    return "\(item.idPrefix)_\(token)\(place)"
  }

  // MARK: - Events

  private mutating func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  private mutating func emit(_ type: String, _ members: JSONObject) {
    var json: JSONObject = ["type": .string(type), "sequence_number": .integer(sequence)]
    for (name, value) in members { json[name] = value }
    sequence += 1
    events.append(Event(name: type, data: JSONValue.object(json).serialized()))
  }

  private mutating func emit(_ step: ResponsesOutput.Step, logprobs: [JSONValue] = []) {
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

extension AnswerDelta {
  /// Those of the first choice's text.
  fileprivate var logprobs: [JSONValue] {
    for case .logprobs(let members, 0) in events { return members["content"]?.array ?? [] }
    return []
  }
}
