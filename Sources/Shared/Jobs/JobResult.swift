import NIOCore

/// The answer to a job, as recorded once and for all.
public struct JobResult: Sendable, Hashable {
  /// Without parts when every provider's content filter refused.
  public var answer: Answer
  /// The `data` of OpenAI's embeddings; nil for a chat.
  public var embeddings: JSONValue?
  public var provider: String
  public var model: String
  /// A sentence when the answer is a refusal, else nil.
  public var error: String?
  public var cost: NanoDollars
  /// From the start of the cascade to its answer.
  public var latency: Duration
  public var cascadePath: [CascadeStep]
  /// What of the client's wishes the provider has no word for, and was not told.
  public var dropped: [String] = []
  /// The key with which the provider answered; nil where there is but one.
  public var providerKey: KeyPlace?
  /// What all answers used that were bought for it, where they are several; else nil.
  public var usedBySeveral: TokenUsage?
  /// What each target is paid, where several are; else empty. Not stored.
  public var payments: [Payment] = []
  /// Whether an answer was bought at a price that nobody knew, so that ``cost`` lacks it.
  public var isUnpriced = false

  public init(
    answer: Answer, provider: String, model: String, error: String? = nil, cost: NanoDollars,
    latency: Duration,
    cascadePath: [CascadeStep]
  ) {
    self.answer = answer
    self.provider = provider
    self.model = model
    self.error = error
    self.cost = cost
    self.latency = latency
    self.cascadePath = cascadePath
  }

  /// For an answer that is a text.
  public init(
    response: String, provider: String, model: String, finishReason: FinishReason, error: String? = nil,
    usage: TokenUsage, cost: NanoDollars, latency: Duration, cascadePath: [CascadeStep]
  ) {
    self.init(
      answer: Answer(response, finishReason: finishReason, usage: usage), provider: provider, model: model,
      error: error, cost: cost, latency: latency, cascadePath: cascadePath)
  }

  public var usage: TokenUsage { answer.usage }

  /// What all answers used that were bought for it; the client's ``usage`` is that of the one it gets.
  public var usedInAll: TokenUsage { usedBySeveral ?? answer.usage }

  /// What the message holds beside its text, in OpenAI's form.
  public var message: JSONObject { answer.chatMessage }

  /// The stored form. Of an answer that is a text it is the body of a `/query` answer without `id` and `cached`, which
  /// differ from reader to reader, so that the API can pass it on without decoding it; see ``StoredResult``.
  public func encoded(as form: StoredForm = .parts) -> ByteBuffer {
    let isPlain = answer.isPlainText && dropped.isEmpty
    var json = JSONWriter(capacity: 512 + answer.choices[0].parts.reduce(0) { $0 + $1.size })
    json.object { json in
      if !isPlain, form == .parts { writeInner(to: &json) }
      json.member("status", "success")
      if isPlain || form == .message { json.member("response", answer.text) }
      json.member("provider", provider)
      json.member("model", model)
      json.member("latency_ms", latency.wholeMilliseconds)
      json.member("finish_reason", (answer.finishReason ?? .stop).rawValue)
      json.member("error", error)
      json.name("usage")
      usage.write(to: &json)
      json.name("cost_estimate_usd")
      cost.write(to: &json)
      json.name("cascade_path")
      json.array { for step in cascadePath { step.write(to: &$0) } }
      if !isPlain, form == .message { writeMessage(to: &json) }
      if let embeddings { json.member("data", json: embeddings) }
    }
    return json.buffer
  }

  private func writeInner(to json: inout JSONWriter) {
    json.name(StoredResult.inner)
    json.object { json in
      answer.write(to: &json)
      if !dropped.isEmpty { json.member("dropped", json: .array(dropped.map(JSONValue.string))) }
    }
  }

  private func writeMessage(to json: inout JSONWriter) {
    let message = answer.chatMessage
    if !message.isEmpty { json.member("message", json: .object(message)) }
    let logprobs = answer.choices[0].logprobs
    if !logprobs.isEmpty { json.member("logprobs", json: .object(logprobs)) }
  }
}
