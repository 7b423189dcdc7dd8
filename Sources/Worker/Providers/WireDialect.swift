import NIOCore
import NIOHTTP1
import Shared

/// How requests and their answers look on the wire. Pure: no I/O, no clock.
protocol WireDialect: Sendable {
  /// What follows the provider's base URL, percent-encoded. A model's name may come from a client.
  func path(for operation: ProviderOperation, model: String) -> String

  /// The header that carries the key; a key never stands in a URL, because URLs end in logs.
  func authorization(_ key: String) -> (name: String, value: String)

  /// Headers that every request has beside the key.
  var headers: HTTPHeaders { get }

  /// Throws a refusal with a sentence for what the provider's API cannot express: nothing is left out silently.
  func body(of request: ChatRequest, model: String, streams: Bool) throws(ProviderFault) -> ByteBuffer
  func body(of request: EmbeddingRequest, model: String) throws(ProviderFault) -> ByteBuffer

  /// The answer, or why there is none. `key` must not show in what is thrown.
  func answer(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> ProviderAnswer
  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer

  /// Reads the events of one answer. `response` has the head and no body.
  func streamDecoder(of response: ProviderResponse, hiding key: Secret?) -> any StreamDecoder
}

extension WireDialect {
  var headers: HTTPHeaders { [:] }

  func body(
    of request: JobRequest, model: String, streams: Bool
  ) throws(ProviderFault) -> ByteBuffer {
    switch request {
    case .chat(let request): try body(of: request, model: model, streams: streams)
    case .embedding(let request): try body(of: request, model: model)
    }
  }

  func answer(
    to request: JobRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    switch request {
    case .chat: try answer(from: response, hiding: key)
    case .embedding(let request): try answer(to: request, from: response, hiding: key)
    }
  }
}

extension ProviderDialect {
  var wire: any WireDialect {
    switch self {
    case .openAI: OpenAIDialect()
    case .gemini: GeminiDialect()
    case .anthropic: AnthropicDialect()
    }
  }
}
