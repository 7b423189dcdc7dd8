import NIOCore
import NIOHTTP1

/// Anthropic's Messages (https://platform.claude.com/docs/en/api/messages).
struct MessagesDialect: WireDialect {
  /// Whether what is read keeps what only Anthropic's clients know, since one of them asked.
  var keepsMembers = false

  var tellsUsageFirst: Bool { keepsMembers }

  /// Its name in sentences.
  static let provider = "Anthropic"

  /// Which is asked for where the client asks for none (https://platform.claude.com/docs/en/api/versioning).
  private static let version = "2023-06-01"

  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/messages"
    case .count: "/messages/count_tokens"
    // Refused before they are asked.
    case .embeddings, .completion, .completionStream, .moderation: "/embeddings"
    }
  }

  var countsTokens: Bool { true }

  func authorization(_ key: String) -> (name: String, value: String) { ("x-api-key", key) }

  var headers: HTTPHeaders { ["anthropic-version": Self.version] }

  func headers(of conversation: Conversation) -> JSONObject {
    conversation.dialect == .messages ? conversation.headers : [:]
  }

  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    do throws(Untranslatable) {
      if conversation.dialect == .messages {
        return target.shape.edit(
          try MessagesOwnRequest(conversation, for: target, streams: streams).written)
      }
      let request = try MessagesRequest(conversation, for: target, streams: streams)
      return target.shape.edit(WrittenRequest(body: request.json.serialized(), dropped: request.dropped))
    } catch {
      throw .untranslatable(error)
    }
  }

  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer {
    try MessagesAnswerReader.whole(
      try success(response, hiding: key), maker: maker, keepsMembers: keepsMembers)
  }

  /// What a response says that is no error.
  func success(_ response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> JSONValue {
    guard response.isSuccess else {
      throw MessagesFault.fault(
        ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    if let error = ProviderErrorObject(in: value) {
      throw MessagesFault.fault(error, status: nil, response, hiding: key)
        .leaving(TokenUsage(anthropic: value["usage"]))
    }
    return value
  }

  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader {
    MessagesStreamReader(response: response, key: key, maker: maker, keepsMembers: keepsMembers)
  }

  // MARK: - Embeddings

  private static let noEmbeddings = ProviderFault.untranslatable(
    Untranslatable("Anthropic has no embeddings; ask a provider that has them."))

  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer {
    throw Self.noEmbeddings
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    throw Self.noEmbeddings
  }
}
