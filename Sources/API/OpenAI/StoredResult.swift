import NIOCore
import Shared

/// A stored answer, read again for those who want it in another form than that of `/query`.
struct StoredResult: Sendable {
  let text: String
  let message: JSONObject
  let logprobs: JSONValue?
  let finishReason: String
  let provider: String
  let model: String
  let usage: JSONValue
  /// Of embeddings.
  let data: JSONValue?
  let attempts: Int

  /// Reads ``JobResult/encoded()``; nil for anything else.
  init?(_ stored: ByteBuffer) {
    guard let value = try? JSONParser.parse(stored), let text = value["response"]?.string,
      let finishReason = value["finish_reason"]?.string, let provider = value["provider"]?.string,
      let model = value["model"]?.string, let usage = value["usage"]
    else { return nil }
    self.text = text
    self.finishReason = finishReason
    self.provider = provider
    self.model = model
    self.usage = usage
    message = value["message"]?.object ?? [:]
    logprobs = value["logprobs"]
    data = value["data"]
    attempts = value["cascade_path"]?.array?.count { $0["status"]?.string != "skipped" } ?? 0
  }

  /// The whole answer as one piece of a stream.
  var delta: AnswerDelta {
    AnswerDelta(text: text, message: message.withToolCallIndices, logprobs: logprobs)
  }
}
