import NIOCore

/// OpenAI's Responses (https://platform.openai.com/docs/api-reference/responses).
struct ResponsesDialect: WireDialect {
  private static let missing = ProviderFault.untranslatable(
    Untranslatable("No provider can be asked by way of the Responses API yet."))

  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/responses"
    case .embeddings: "/embeddings"
    case .completion, .completionStream: "/completions"
    case .moderation: "/moderations"
    }
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("authorization", "Bearer \(key)") }

  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest { throw Self.missing }

  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer {
    throw Self.missing
  }

  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer { throw Self.missing }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer { throw Self.missing }

  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader {
    ChatStreamReader(response: response, key: key, maker: maker)
  }
}
