import NIOHTTP1
import Shared

/// A wire format: turns a job's request into a provider's and its response into an answer. No I/O.
protocol Dialect: Sendable {
  /// The key goes into a header, never into the URL: URLs end up in logs.
  func request(_ request: JobRequest, for model: String, of provider: Provider) -> ProviderRequest

  func answer(in response: ProviderResponse) throws(ProviderFault) -> ProviderAnswer
}

extension ProviderDialect {
  var dialect: any Dialect {
    switch self {
    case .openAI: OpenAIDialect()
    case .gemini: GeminiDialect()
    }
  }
}

extension HTTPHeaders {
  /// What every request to a provider carries.
  init(for provider: Provider) {
    self.init([("Content-Type", "application/json"), ("Accept", "application/json")])
    add(name: "User-Agent", value: "sluice/\(Version.current)")
    for (name, value) in provider.headers.sorted(by: { $0.key < $1.key }) { add(name: name, value: value) }
  }
}
