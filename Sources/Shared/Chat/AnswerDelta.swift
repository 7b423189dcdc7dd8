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
    for (name, value) in next.message { message[name] = Self.joined(message[name], value) }
    target = target ?? next.target
    if let new = next.logprobs { logprobs = Self.joined(logprobs, new) }
  }

  /// Texts and lists go on, members of objects too; of anything else the later one counts.
  private static func joined(_ first: JSONValue?, _ second: JSONValue) -> JSONValue {
    switch (first, second) {
    case (.string(let first), .string(let second)): return .string(first + second)
    case (.array(let first), .array(let second)): return .array(first + second)
    case (.object(var members), .object(let second)):
      for (name, value) in second { members[name] = joined(members[name], value) }
      return .object(members)
    case (let first?, .null): return first
    default: return second
    }
  }

  // MARK: - As stored and as sent in `delta` events

  public func encoded() -> ByteBuffer {
    var members: JSONObject = ["text": .string(text)]
    if !message.isEmpty { members["message"] = .object(message) }
    if let logprobs { members["logprobs"] = logprobs }
    if let target { members["target"] = .string(target.description) }
    return JSONValue.object(members).serialized()
  }

  /// Reads what ``encoded()`` writes; nil for anything else.
  public init?(stored buffer: ByteBuffer) {
    guard let value = try? JSONParser.parse(buffer), let text = value["text"]?.string else { return nil }
    self.init(text: text, message: value["message"]?.object ?? [:], logprobs: value["logprobs"])
    target = value["target"]?.string.flatMap(Target.init(description:))
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
