import NIOCore
import Shared

/// Answers in OpenAI's form (https://platform.openai.com/docs/api-reference/chat/object).
struct ChatCompletion: Sendable {
  let job: JobID
  /// Unix seconds.
  let created: Int64

  private var id: String { "chatcmpl-\(job.rawValue.dropFirst(4))" }

  func whole(_ result: StoredResult) -> ByteBuffer {
    var json = JSONWriter(capacity: 512 + result.text.utf8.count)
    json.object { json in
      writeHead("chat.completion", result.model, to: &json)
      json.name("choices")
      json.array { json in
        json.object { json in
          json.member("index", 0)
          json.name("message")
          json.object { write(result, toMessage: &$0) }
          json.member("logprobs", json: result.logprobs ?? .null)
          json.member("finish_reason", result.finishReason)
        }
      }
      json.member("usage", json: result.usage)
    }
    return json.buffer
  }

  private func write(_ result: StoredResult, toMessage json: inout JSONWriter) {
    let isCallOnly = result.text.isEmpty && result.message["tool_calls"] != nil
    json.member("role", "assistant")
    json.member("content", isCallOnly ? nil : result.text)
    if result.message["refusal"] == nil { json.member("refusal", nil) }
    json.members(result.message)
  }

  /// One chunk of a stream. `usage` is there, and null, in all chunks but the last when the client wants it.
  func chunk(
    model: String, delta: JSONObject, logprobs: JSONValue? = nil, finishReason: String? = nil,
    includesUsage: Bool
  ) -> ByteBuffer {
    chunk(model: model, usage: includesUsage ? .null : nil) { json in
      json.object { json in
        json.member("index", 0)
        json.member("delta", json: .object(delta))
        json.member("logprobs", json: logprobs ?? .null)
        json.member("finish_reason", finishReason)
      }
    }
  }

  /// The chunk that tells the tokens, after all others.
  func usageChunk(model: String, _ usage: JSONValue) -> ByteBuffer {
    chunk(model: model, usage: usage) { _ in }
  }

  private func chunk(
    model: String, usage: JSONValue?, writeChoices: (inout JSONWriter) -> Void
  ) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      writeHead("chat.completion.chunk", model, to: &json)
      json.name("choices")
      json.array(writeChoices)
      if let usage { json.member("usage", json: usage) }
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
