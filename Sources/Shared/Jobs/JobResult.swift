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
  public var cost: MicroDollars
  /// From the start of the cascade to its answer.
  public var latency: Duration
  public var cascadePath: [CascadeStep]

  public init(
    response: String, provider: String, model: String, finishReason: FinishReason, error: String? = nil,
    usage: TokenUsage, cost: MicroDollars, latency: Duration, cascadePath: [CascadeStep]
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
    var members: JSONObject = [
      "status": "success", "response": .string(response), "provider": .string(provider),
      "model": .string(model), "latency_ms": .integer(latency.wholeMilliseconds),
      "finish_reason": .string(finishReason.rawValue), "error": error.map(JSONValue.string) ?? .null,
      "usage": usage.json, "cost_estimate_usd": .double(cost.dollars),
      "cascade_path": .array(cascadePath.map(\.json)),
    ]
    if !message.isEmpty { members["message"] = .object(message) }
    if let logprobs { members["logprobs"] = logprobs }
    if let embeddings { members["data"] = embeddings }
    return JSONValue.object(members).serialized()
  }
}
