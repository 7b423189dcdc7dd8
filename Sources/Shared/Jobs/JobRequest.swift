import NIOCore

/// What a job asks of a model: its payload.
public enum JobRequest: Sendable, Hashable {
  case chat(ChatRequest)
  case embedding(EmbeddingRequest)

  /// A route's name, or `provider/model`.
  public var model: String {
    switch self {
    case .chat(let request): request.model
    case .embedding(let request): request.model
    }
  }

  /// A rough count of the tokens that it may use. It orders tenants and is never billed.
  public var estimatedTokens: Int {
    switch self {
    case .chat(let request): request.estimatedTokens
    case .embedding(let request): request.estimatedTokens
    }
  }

  /// The same, prompt and answer apart.
  public var estimatedUsage: TokenUsage {
    let answer: Int
    switch self {
    case .chat(let request): answer = request.maxTokens ?? ChatRequest.usualAnswer
    case .embedding: answer = 0
    }
    return TokenUsage(promptTokens: estimatedTokens - answer, completionTokens: answer)
  }

  /// The stored form: equal requests have equal bytes.
  public func encoded() -> ByteBuffer {
    switch self {
    case .chat(let request): request.openAIForm(model: request.model)
    case .embedding(let request): request.openAIForm(model: request.model)
    }
  }

  /// Reads the stored form. Throws ``StoredJobError`` when the bytes are not what ``encoded()`` writes.
  public init(stored buffer: ByteBuffer) throws(StoredJobError) {
    let value: JSONValue
    do { value = try JSONParser.parse(buffer) } catch { throw .unreadable(what: "request", "\(error)") }
    self =
      value["messages"] == nil
      ? .embedding(try EmbeddingRequest(stored: value)) : .chat(try ChatRequest(stored: value))
  }
}
