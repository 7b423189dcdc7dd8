extension JobRequest {
  /// OpenTelemetry's name for what a provider is asked to do, or one of ours in its style where it has none
  /// (`gen_ai.operation.name`, https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/).
  public var operation: String {
    switch self {
    case .chat: "chat"
    case .completion: "text_completion"
    case .embedding: "embeddings"
    case .moderation: "moderation"
    case .count: "count_tokens"
    }
  }
}
