public import NIOCore
public import OrderedCollections

/// Writes completions for OpenAI's clients, whole and in chunks
/// (https://platform.openai.com/docs/api-reference/completions/object). Of each choice the text is told: there is no place
/// for anything else.
public struct CompletionAnswerWriter: Sendable {
  /// Such as `cmpl-…`.
  private let id: String
  /// Unix seconds.
  private let created: Int64

  public init(id: String, created: Int64) {
    self.id = id
    self.created = created
  }

  /// A whole answer. `usage` is in OpenAI's form; `echoes` gives what stands before the text of a choice.
  public func whole(
    _ answer: Answer, model: String, usage: JSONValue, echoes: (Int) -> String
  ) -> ByteBuffer {
    write(model, usage: usage, extras: Self.extras(of: answer)) { json in
      for (index, choice) in answer.choices.enumerated() {
        let text = choice.parts.reduce(into: echoes(index)) { $0 += $1.completion }
        Self.write(
          text, index, logprobs: choice.logprobs, finishReason: choice.finishReason?.rawValue,
          members: choice.members, to: &json)
      }
    }
  }

  /// What the provider told beside the choices.
  private static func extras(of answer: Answer) -> JSONObject {
    answer.dialect == .chat ? answer.extras : [:]
  }

  /// A chunk of one choice. `finishReason` stands in its last one, and what there is besides. `includesUsage` says whether the client wants the usage,
  /// which is null in all chunks but the last.
  public func chunk(
    model: String, choice: Int, text: String, logprobs: JSONObject = [:], finishReason: String? = nil,
    of answer: Answer? = nil, includesUsage: Bool
  ) -> ByteBuffer {
    let extras = choice == 0 ? answer.map(Self.extras) ?? [:] : [:]
    return write(model, usage: includesUsage ? .null : nil, extras: extras) { json in
      Self.write(
        text, choice, logprobs: logprobs, finishReason: finishReason,
        members: answer?.choices[choice].members ?? [:], to: &json)
    }
  }

  /// The chunk that tells the tokens, after all others.
  public func usageChunk(model: String, _ usage: JSONValue) -> ByteBuffer {
    write(model, usage: usage) { _ in }
  }

  private func write(
    _ model: String, usage: JSONValue?, extras: JSONObject = [:], _ writeChoices: (inout JSONWriter) -> Void
  ) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("id", id)
      json.member("object", "text_completion")
      json.member("created", created)
      json.member("model", model)
      json.name("choices")
      json.array(writeChoices)
      if let usage { json.member("usage", json: usage) }
      json.members(extras)
    }
    return json.buffer
  }

  private static func write(
    _ text: String, _ index: Int, logprobs: JSONObject, finishReason: String?, members: JSONObject,
    to json: inout JSONWriter
  ) {
    json.object { json in
      json.member("text", text)
      json.member("index", Int64(index))
      if logprobs.isEmpty {
        json.member("logprobs", nil)
      } else {
        json.member("logprobs", json: .object(logprobs))
      }
      json.member("finish_reason", finishReason)
      json.members(members)
    }
  }
}

extension Part {
  /// What of it is text, be it in the place of an answer.
  public var completion: String {
    switch self {
    case .text(let part): part.text
    case .refusal(let text): text
    default: ""
    }
  }
}
