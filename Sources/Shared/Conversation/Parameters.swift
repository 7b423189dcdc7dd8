/// How an answer is made. Nil leaves a value to the provider.
public struct Parameters: Sendable, Hashable {
  /// The longest answer, in tokens.
  public var maxTokens: Int?
  /// Whether the client said `max_completion_tokens`, which newer OpenAI models want.
  public var limitsCompletionTokens = false
  public var temperature: Double?
  public var topP: Double?
  public var stop: [String] = []
  public var seed: Int64?
  public var responseFormat: ResponseFormat?
  /// How much a model shall think, in OpenAI's words: `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`.
  public var effort: String?
  /// Nil where the client does not say.
  public var thinking: Thinking?
  /// Whether the client wants to read what a model thinks; nil where it does not say.
  public var showsThoughts: Bool?
  /// How many of the likeliest words a model chooses from.
  public var topK: Int?
  public var presencePenalty: Double?
  public var frequencyPenalty: Double?
  public var parallelToolCalls: Bool?
  /// For whom the client asks.
  public var user: String?
  /// Whether the answer is to be short rather than thought through, where a model lets itself be told: thoughts count
  /// towards the longest answer, and with a small one a model would often think all of it away.
  public var savesThoughts = false

  public init(
    maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil, stop: [String] = [],
    seed: Int64? = nil
  ) {
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topP = topP
    self.stop = stop
    self.seed = seed
  }
}
