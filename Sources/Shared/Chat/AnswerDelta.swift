import NIOCore
public import OrderedCollections

/// A piece of an answer that comes bit by bit.
public struct AnswerDelta: Sendable, Hashable {
  public var text: String
  /// Pieces of the message beside its text, in the form of OpenAI's deltas: `tool_calls`, `refusal`, `reasoning`…
  public var message: JSONObject
  /// In the form of OpenAI's `choices[].logprobs`.
  public var logprobs: JSONValue?
  /// Who answers, with the first piece of an answer.
  public var target: Target?
  /// How many targets were asked for it, with `target`.
  public var attempts: Int?

  public init(text: String = "", message: JSONObject = [:], logprobs: JSONValue? = nil) {
    self.text = text
    self.message = message
    self.logprobs = logprobs
  }

  public var isEmpty: Bool { text.isEmpty && message.isEmpty && logprobs == nil }

  /// A rough size in bytes.
  public var size: Int {
    let others = message.isEmpty ? 0 : JSONValue.object(message).serialized().readableBytes
    return text.utf8.count + others + (logprobs?.serialized().readableBytes ?? 0)
  }

  /// Adds the piece that follows, so that both together read as one.
  public mutating func append(_ next: AnswerDelta) {
    text += next.text
    for (name, value) in next.message { message[name, default: .null].goOn(with: value) }
    target = target ?? next.target
    attempts = attempts ?? next.attempts
    if let new = next.logprobs {
      var joined = logprobs ?? .null
      logprobs = .none
      joined.goOn(with: new)
      logprobs = joined
    }
  }

  // MARK: - As stored and as sent in `delta` events

  public func encoded() -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("text", text)
      if !message.isEmpty { json.member("message", json: .object(message)) }
      if let logprobs { json.member("logprobs", json: logprobs) }
      if let target { json.member("target", target.description) }
      if let attempts { json.member("attempts", Int64(attempts)) }
    }
    return json.buffer
  }

  /// Reads what ``encoded()`` writes; nil for anything else.
  public init?(stored buffer: ByteBuffer) {
    guard let value = try? JSONParser.parse(buffer), let text = value["text"]?.string else { return nil }
    self.init(text: text, message: value["message"]?.object ?? [:], logprobs: value["logprobs"])
    target = value["target"]?.string.flatMap(Target.init(description:))
    attempts = value["attempts"]?.integer.map { Int($0) }
  }
}

extension JSONObject {
  /// A message as a delta has it: each tool call with its `index`.
  public var withToolCallIndices: JSONObject {
    guard let calls = self["tool_calls"]?.array else { return self }
    var message = self
    message["tool_calls"] = .array(
      calls.enumerated().map { index, call in
        var fragment: JSONObject = ["index": .integer(Int64(index))]
        for (name, value) in call.object ?? [:] { fragment[name] = value }
        return .object(fragment)
      })
    return message
  }
}

extension JSONValue {
  /// Texts and lists go on, members of objects too; of anything else the later one counts.
  ///
  /// What is there is changed in place: a long text of many pieces would otherwise be copied with each of them.
  fileprivate mutating func goOn(with next: JSONValue) {
    if next.isNull { return }
    switch self {
    case .string(var text):
      guard case .string(let more) = next else { break }
      // Lets go of what is here, so that it is not copied.
      self = .null
      text += more
      self = .string(text)
      return
    case .array(var elements):
      guard case .array(let more) = next else { break }
      self = .null
      elements += more
      self = .array(elements)
      return
    case .object(var members):
      guard case .object(let more) = next else { break }
      self = .null
      for (name, value) in more { members[name, default: .null].goOn(with: value) }
      self = .object(members)
      return
    default: break
    }
    self = next
  }
}
