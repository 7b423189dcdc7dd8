import NIOCore
import Shared

/// Answers in OpenAI's form (https://platform.openai.com/docs/api-reference/chat/object).
struct ChatCompletion: Sendable {
  let job: JobID
  /// Unix seconds.
  let created: Int64

  private var id: JSONValue { .string("chatcmpl-\(job.rawValue.dropFirst(4))") }

  func whole(_ result: StoredResult) -> ByteBuffer {
    var message: JSONObject = [
      "role": "assistant",
      "content": result.text.isEmpty && result.message["tool_calls"] != nil ? .null : .string(result.text),
      "refusal": .null,
    ]
    for (name, value) in result.message { message[name] = value }
    let body: JSONValue = [
      "id": id, "object": "chat.completion", "created": .integer(created), "model": .string(result.model),
      "choices": [
        [
          "index": 0, "message": .object(message), "logprobs": result.logprobs ?? .null,
          "finish_reason": .string(result.finishReason),
        ]
      ],
      "usage": result.usage,
    ]
    return body.serialized()
  }

  /// One chunk of a stream. `usage` is there, and null, in all chunks but the last when the client wants it.
  func chunk(
    model: String, delta: JSONObject, logprobs: JSONValue? = nil, finishReason: String? = nil,
    includesUsage: Bool
  ) -> ByteBuffer {
    chunk(
      model: model,
      choices: [
        [
          "index": 0, "delta": .object(delta), "logprobs": logprobs ?? .null,
          "finish_reason": finishReason.map(JSONValue.string) ?? .null,
        ]
      ], usage: includesUsage ? .null : nil)
  }

  /// The chunk that tells the tokens, after all others.
  func usageChunk(model: String, _ usage: JSONValue) -> ByteBuffer {
    chunk(model: model, choices: [], usage: usage)
  }

  private func chunk(model: String, choices: JSONValue, usage: JSONValue?) -> ByteBuffer {
    var body: JSONObject = [
      "id": id, "object": "chat.completion.chunk", "created": .integer(created), "model": .string(model),
      "choices": choices,
    ]
    body["usage"] = usage
    return JSONValue.object(body).serialized()
  }
}
