import NIOCore
import Shared

/// OpenAI's chat completions and embeddings, as OpenAI, Groq, OpenRouter and many others serve them
/// (https://platform.openai.com/docs/api-reference/chat).
struct OpenAIDialect: WireDialect {
  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/chat/completions"
    case .embeddings: "/embeddings"
    }
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("authorization", "Bearer \(key)") }

  /// Members that Sluice does not know go along: the provider says what it makes of them.
  func body(of request: ChatRequest, model: String, streams: Bool) throws(ProviderFault) -> ByteBuffer {
    // Usage is wanted for the record, whether or not the client asked for it.
    let members: JSONObject = streams ? ["stream": true, "stream_options": ["include_usage": true]] : [:]
    return request.openAIForm(model: model, role: Self.name, adding: members)
  }

  func body(of request: EmbeddingRequest, model: String) throws(ProviderFault) -> ByteBuffer {
    request.openAIForm(model: model)
  }

  /// `developer` goes out as `system`: Groq and most compatible servers know no `developer`, and OpenAI takes
  /// the one for the other.
  private static func name(of role: ChatMessage.Role) -> String {
    role == .developer ? ChatMessage.Role.system.rawValue : role.rawValue
  }

  func streamDecoder(of response: ProviderResponse, hiding key: Secret?) -> any StreamDecoder {
    OpenAIStreamDecoder(response: response, key: key)
  }
}
