public import NIOCore
public import OrderedCollections

/// Writes one answer for clients of Responses, whole or as it comes. What is streamed and what is whole go the same way, so
/// that they are the same.
public struct ResponsesAnswerWriter: Sendable {
  /// An event of a stream, and its name.
  public struct Event: Sendable {
    public let name: String
    public let data: ByteBuffer
    /// Counts up from 0, without a gap.
    public let number: Int64
  }

  private var object: ResponsesObject
  var output: ResponsesOutput
  /// What the ids of items have in common.
  private let token: String
  private var sequence: Int64 = 0
  private var hasBegun = false
  /// Whether it was said that the answer is being made.
  private var isRunning = false
  private var extras: JSONObject = [:]
  /// Those of words that are yet to come.
  private var untold: [JSONValue] = []
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

  /// Whether the response's client comes back for it rather than wait.
  public var isBackground: Bool { object.isBackground }

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

  /// What is told when a response in the background is being made. Nothing where that was told.
  public mutating func run() -> [Event] {
    begin()
    goOn()
    return takeEvents()
  }

  /// What a piece of the answer brings.
  public mutating func write(_ delta: AnswerDelta) -> [Event] {
    begin()
    goOn()
    take(delta, writes: true)
    return takeEvents()
  }

  /// What comes behind the last piece.
  public mutating func end(
    _ reason: FinishReason?, usage: TokenUsage, completed: Int64, extras: JSONObject = [:]
  ) -> [Event] {
    begin()
    goOn()
    self.extras.replace(by: extras)
    let state = ended(reason, usage, completed, writes: true)
    emit("response.\(state.status.rawValue)", ["response": .object(object.json(state))])
    return takeEvents()
  }

  /// The event that ends a stream which failed. What was said stands in it, broken off.
  public mutating func fail(code: String, message: String, isCancelled: Bool = false) -> [Event] {
    begin()
    for step in output.end(isCut: true) { emit(step) }
    let response = JSONValue.object(broken(code, message, isCancelled))
    emit(isCancelled ? "response.incomplete" : "response.failed", ["response": response])
    return takeEvents()
  }

  /// The response that failed behind these pieces: what was said stands in it, broken off.
  public mutating func broken(
    behind deltas: [AnswerDelta], code: String, message: String, isCancelled: Bool
  ) -> JSONObject {
    for delta in deltas { take(delta, writes: false) }
    _ = output.end(isCut: true)
    return broken(code, message, isCancelled)
  }

  private func broken(_ code: String, _ message: String, _ isCancelled: Bool) -> JSONObject {
    var state = ResponsesObject.State(isCancelled ? .cancelled : .failed)
    state.output = items
    if !isCancelled { state.error = ["code": .string(code), "message": .string(message)] }
    state.extras = extras
    return object.json(state)
  }

  private mutating func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    let isQueued = object.isBackground
    let response = JSONValue.object(object.json(ResponsesObject.State(isQueued ? .queued : .inProgress)))
    emit("response.created", ["response": response])
    if isQueued { emit("response.queued", ["response": response]) } else { goOn() }
  }

  private mutating func goOn() {
    guard !isRunning else { return }
    isRunning = true
    let response = JSONValue.object(object.json(ResponsesObject.State(.inProgress)))
    emit("response.in_progress", ["response": response])
  }

  private mutating func take(_ delta: AnswerDelta, writes: Bool) {
    untold += delta.logprobs
    for event in delta.events {
      switch event {
      case .part(let part, let index, 0):
        var told: [JSONValue] = []
        if case .text = part { swap(&told, &untold) }
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

  func item(_ place: Int) -> JSONObject {
    let item = output.items[place]
    return item.json(id: id(place), encrypted: item.sealed.flatMap(SealedPart.sealed))
  }

  func id(_ place: Int) -> String {
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

  mutating func emit(_ type: String, _ members: JSONObject) {
    var json: JSONObject = ["type": .string(type), "sequence_number": .integer(sequence)]
    for (name, value) in members { json[name] = value }
    events.append(Event(name: type, data: JSONValue.object(json).serialized(), number: sequence))
    sequence += 1
  }
}

extension AnswerDelta {
  /// Those of the first choice's text.
  fileprivate var logprobs: [JSONValue] {
    for case .logprobs(let members, 0) in events { return members["content"]?.array ?? [] }
    return []
  }
}
