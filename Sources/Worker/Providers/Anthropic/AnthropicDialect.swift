import NIOCore
import NIOHTTP1
import Shared

/// Anthropic's Messages (https://platform.claude.com/docs/en/api/messages).
struct AnthropicDialect: WireDialect {
  /// Its name in sentences.
  static let provider = "Anthropic"

  /// The one version there is (https://platform.claude.com/docs/en/api/versioning).
  private static let version = "2023-06-01"

  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/messages"
    // Never asked: the body is refused.
    case .embeddings: "/embeddings"
    }
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("x-api-key", key) }

  var headers: HTTPHeaders { ["anthropic-version": Self.version] }

  func body(of request: ChatRequest, model: String, streams: Bool) throws(ProviderFault) -> ByteBuffer {
    do throws(Untranslatable) {
      return try AnthropicRequest(request, model: model, streams: streams).json.serialized()
    } catch {
      throw .untranslatable(error)
    }
  }

  func streamDecoder(of response: ProviderResponse, hiding key: Secret?) -> any StreamDecoder {
    AnthropicStreamDecoder(response: response, key: key)
  }

  // MARK: - Embeddings

  private static let noEmbeddings = ProviderFault.untranslatable(
    Untranslatable("Anthropic has no embeddings; ask a provider that has them."))

  func body(of request: EmbeddingRequest, model: String) throws(ProviderFault) -> ByteBuffer {
    throw Self.noEmbeddings
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    throw Self.noEmbeddings
  }
}
