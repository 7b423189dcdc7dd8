public import NIOCore
import OrderedCollections

/// Writes answers for OpenAI's clients, whole and in chunks (https://platform.openai.com/docs/api-reference/chat/object).
public struct ChatAnswerWriter: Sendable {
  /// Such as `chatcmpl-…`.
  private let id: String
  /// Unix seconds.
  private let created: Int64

  public init(id: String, created: Int64) {
    self.id = id
    self.created = created
  }

  // MARK: - Whole

  /// `usage` is in OpenAI's form.
  public func whole(_ answer: Answer, model: String, usage: JSONValue) -> ByteBuffer {
    var json = JSONWriter(capacity: 512 + answer.text.utf8.count)
    json.object { json in
      writeHead("chat.completion", model, to: &json)
      json.name("choices")
      json.array { json in
        for (index, choice) in answer.choices.enumerated() { write(choice, index, to: &json) }
      }
      json.member("usage", json: usage)
      if answer.dialect == .chat { json.members(answer.extras) }
    }
    return json.buffer
  }

  private func write(_ choice: Answer.Choice, _ index: Int, to json: inout JSONWriter) {
    json.object { json in
      json.member("index", Int64(index))
      json.name("message")
      json.object { $0.message(of: choice) }
      if choice.logprobs.isEmpty {
        json.member("logprobs", nil)
      } else {
        json.member("logprobs", json: .object(choice.logprobs))
      }
      json.member("finish_reason", choice.chatFinishReason)
      json.members(choice.members)
    }
  }

  // MARK: - In chunks

  /// The chunk before all others. Joined with what follows, the content is what it is in a whole answer.
  public func beginning(model: String, before first: AnswerDelta, includesUsage: Bool) -> ByteBuffer {
    chunk(model: model, usage: includesUsage ? .null : nil) { json in
      json.object { json in
        json.member("index", 0)
        json.name("delta")
        json.object { json in
          json.member("role", "assistant")
          json.member("content", first.standsForContent ? nil : "")
        }
        json.member("logprobs", nil)
        json.member("finish_reason", nil)
      }
    }
  }

  /// One chunk of a stream. `usage` is there, and null, in all chunks but the last when the client wants it.
  public func chunk(model: String, _ delta: ChatDelta, includesUsage: Bool) -> ByteBuffer {
    chunk(model: model, usage: includesUsage ? .null : nil, extras: delta.extras) { json in
      json.object { json in
        json.member("index", 0)
        json.member("delta", json: .object(delta.message))
        if let logprobs = delta.logprobs {
          json.member("logprobs", json: .object(logprobs))
        } else {
          json.member("logprobs", nil)
        }
        json.member("finish_reason", nil)
        json.members(delta.choice)
      }
    }
  }

  /// The chunk that says why the answer ended.
  public func end(model: String, finishReason: String, includesUsage: Bool) -> ByteBuffer {
    chunk(model: model, usage: includesUsage ? .null : nil) { json in
      json.object { json in
        json.member("index", 0)
        json.name("delta")
        json.object { _ in }
        json.member("logprobs", nil)
        json.member("finish_reason", finishReason)
      }
    }
  }

  /// The chunk that tells the tokens, after all others.
  public func usageChunk(model: String, _ usage: JSONValue) -> ByteBuffer {
    chunk(model: model, usage: usage) { _ in }
  }

  private func chunk(
    model: String, usage: JSONValue?, extras: JSONObject = [:], writeChoices: (inout JSONWriter) -> Void
  ) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      writeHead("chat.completion.chunk", model, to: &json)
      json.name("choices")
      json.array(writeChoices)
      if let usage { json.member("usage", json: usage) }
      json.members(extras)
    }
    return json.buffer
  }

  private func writeHead(_ object: String, _ model: String, to json: inout JSONWriter) {
    json.member("id", id)
    json.member("object", object)
    json.member("created", created)
    json.member("model", model)
  }
}

extension JSONWriter {
  /// The members of a whole message.
  fileprivate mutating func message(of choice: Answer.Choice) {
    member("role", "assistant")
    // Most answers are a text, which need not become a JSON value first.
    if choice.extras.isEmpty, choice.parts.count == 1, case .text(let part) = choice.parts[0] {
      member("content", part.text)
      return member("refusal", nil)
    }
    var message = ChatDeltaWriter.whole(choice).message
    if let content = message.removeValue(forKey: "content") {
      member("content", json: content)
    } else {
      member("content", choice.parts.contains(where: \.standsForContent) ? nil : "")
    }
    if message["refusal"] == nil { member("refusal", nil) }
    members(message)
  }
}

extension Part {
  /// Whether OpenAI's form has no content where it has this and no text.
  fileprivate var standsForContent: Bool {
    switch self {
    case .toolCall, .refusal, .audio: true
    default: false
    }
  }
}

extension AnswerDelta {
  fileprivate var standsForContent: Bool {
    events.contains { event in
      if case .part(let part, _, _) = event { part.standsForContent } else { false }
    } && text.isEmpty
  }
}

extension Answer.Choice {
  /// What a client of what there was before tools is told of its call.
  public var chatFinishReason: String? {
    let isLegacy = parts.contains { if case .toolCall(let call) = $0 { call.kind == .legacy } else { false } }
    return finishReason == .toolCalls && isLegacy ? "function_call" : finishReason?.rawValue
  }
}
