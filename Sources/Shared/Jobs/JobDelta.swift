public import NIOCore
public import OrderedCollections

/// A piece of a job's answer, as it stands in the log of its events.
public struct JobDelta: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    case events(AnswerDelta)
    /// A delta in OpenAI's form, of versions up to 0.1.
    case message(JSONObject, logprobs: JSONObject)
  }

  public var content: Content
  /// Who answers, with the first piece of an answer.
  public var target: Target?
  /// How many targets were asked for it, with `target`.
  public var attempts: Int?
  /// What of the client's wishes the target was not told, with `target`.
  public var dropped: [String] = []

  public init(_ delta: AnswerDelta = AnswerDelta()) { content = .events(delta) }

  /// Reads what ``JobDeltaWriter`` writes; nil for anything else.
  public init?(stored buffer: ByteBuffer) {
    guard let value = try? JSONParser.parse(buffer, of: .own) else { return nil }
    if let delta = AnswerDelta(stored: value) {
      content = .events(delta)
    } else if let text = value["text"]?.string {
      var message = value["message"]?.object ?? [:]
      if !text.isEmpty { message["content"] = .string(text) }
      content = .message(message, logprobs: value["logprobs"]?.object ?? [:])
    } else {
      return nil
    }
    target = value["target"]?.string.flatMap(Target.init(description:))
    attempts = value["attempts"]?.integer.map { Int($0) }
    dropped = value["dropped"]?.array?.compactMap(\.string) ?? []
  }
}

/// Writes the deltas of one answer for the log of its job's events.
public struct JobDeltaWriter: Sendable {
  private let form: StoredForm
  private var chat = ChatDeltaWriter()

  public init(as form: StoredForm) { self.form = form }

  public mutating func encode(_ delta: JobDelta) -> ByteBuffer {
    guard case .events(let events) = delta.content else { return ByteBuffer() }
    var json = JSONWriter()
    json.object { json in
      switch form {
      case .parts: events.write(to: &json)
      case .message: json.members(ofShown: chat.write(events))
      }
      if let target = delta.target { json.member("target", target.description) }
      if let attempts = delta.attempts { json.member("attempts", Int64(attempts)) }
      if !delta.dropped.isEmpty { json.member("dropped", json: .array(delta.dropped.map(JSONValue.string))) }
    }
    return json.buffer
  }
}

/// Reads the deltas of one answer, in the order in which they come.
public struct JobDeltaReader: Sendable {
  private var reader = ChatChoiceReader(choice: 0, maker: "")
  private var chat = ChatDeltaWriter()

  public init() {}

  public mutating func delta(of delta: JobDelta) -> AnswerDelta {
    switch delta.content {
    case .events(let delta): return delta
    case .message(let message, let logprobs):
      var events: [AnswerEvent] = []
      reader.read(logprobs.isEmpty ? [:] : ["logprobs": .object(logprobs)], message: message, into: &events)
      return AnswerDelta(events)
    }
  }

  /// The data of a native `delta` event: `text`, and in OpenAI's form what is none.
  public mutating func shown(_ delta: AnswerDelta) -> ByteBuffer {
    var json = JSONWriter()
    json.object { $0.members(ofShown: chat.write(delta)) }
    return json.buffer
  }
}

extension JSONWriter {
  fileprivate mutating func members(ofShown delta: ChatDelta) {
    var message = delta.message
    member("text", message.removeValue(forKey: "content")?.string ?? "")
    if !message.isEmpty { member("message", json: .object(message)) }
    if let logprobs = delta.logprobs { member("logprobs", json: .object(logprobs)) }
  }
}
