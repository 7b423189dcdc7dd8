import NIOCore

/// The answer to a job, as recorded once and for all.
public struct JobResult: Sendable, Hashable {
  /// The answer's text; empty when every provider's content filter refused.
  public var response: String
  /// What the answer's message holds beside its text, in OpenAI's form: `tool_calls`, `refusal`, `reasoning`…
  public var message: JSONObject = [:]
  /// In the form of OpenAI's `choices[].logprobs`.
  public var logprobs: JSONValue?
  /// The `data` of OpenAI's embeddings; nil for a chat.
  public var embeddings: JSONValue?
  public var provider: String
  public var model: String
  public var finishReason: FinishReason
  /// A sentence when the answer is a refusal, else nil.
  public var error: String?
  public var usage: TokenUsage
  public var cost: NanoDollars
  /// From the start of the cascade to its answer.
  public var latency: Duration
  public var cascadePath: [CascadeStep]

  public init(
    response: String, provider: String, model: String, finishReason: FinishReason, error: String? = nil,
    usage: TokenUsage, cost: NanoDollars, latency: Duration, cascadePath: [CascadeStep]
  ) {
    self.response = response
    self.provider = provider
    self.model = model
    self.finishReason = finishReason
    self.error = error
    self.usage = usage
    self.cost = cost
    self.latency = latency
    self.cascadePath = cascadePath
  }

  /// The stored form: the body of a `/query` answer without `id` and `cached`, which differ from
  /// reader to reader, so that the API can pass it on without decoding it.
  public func encoded() -> ByteBuffer {
    var json = JSONWriter(capacity: 512 + response.utf8.count)
    json.object { json in
      json.member("status", "success")
      json.member("response", response)
      json.member("provider", provider)
      json.member("model", model)
      json.member("latency_ms", latency.wholeMilliseconds)
      json.member("finish_reason", finishReason.rawValue)
      json.member("error", error)
      json.name("usage")
      usage.write(to: &json)
      json.name("cost_estimate_usd")
      cost.write(to: &json)
      json.name("cascade_path")
      json.array { for step in cascadePath { step.write(to: &$0) } }
      if !message.isEmpty { json.member("message", json: .object(message)) }
      if let logprobs { json.member("logprobs", json: logprobs) }
      if let embeddings { json.member("data", json: embeddings) }
    }
    return json.buffer
  }
}
