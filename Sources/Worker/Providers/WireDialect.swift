import NIOCore
import Shared

/// How a request and its answer look on the wire. Pure: no I/O, no clock.
protocol WireDialect: Sendable {
  /// What follows the provider's base URL, percent-encoded. A model's name may come from a client.
  func path(for model: String) -> String

  /// The header that carries the key; a key never stands in a URL, because URLs end in logs.
  func authorization(_ key: String) -> (name: String, value: String)

  func body(of request: JobRequest, model: String) -> ByteBuffer

  /// The answer, or why there is none. `key` must not show in what is thrown.
  func answer(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> ProviderAnswer
}

extension ProviderDialect {
  var wire: any WireDialect {
    switch self {
    case .openAI: OpenAIDialect()
    case .gemini: GeminiDialect()
    case .anthropic: OpenAIDialect()
    }
  }
}

extension TokenUsage {
  /// Counts as a provider sends them; what is missing or no number is zero, what is absurd is clamped.
  init(prompt: JSONValue?, completion: JSONValue?...) {
    func clamped(_ count: JSONValue?) -> Int { Int(min(max(count?.integer ?? 0, 0), Int64(Int32.max))) }
    self.init(
      promptTokens: clamped(prompt), completionTokens: completion.reduce(0) { $0 + clamped($1) })
  }
}
