import NIOCore
import NIOHTTP1
import Shared

@testable import Worker

/// Providers and responses as tests want them.
enum ProviderFixture {
  static let key = Secret("sk-canary-0123456789")

  static func openAI(_ name: String = "groq", baseURL: String = "http://example.com/v1") -> Provider {
    Provider(
      name: name, dialect: .openAI, baseURL: baseURL, access: .key(key), defaultModel: "\(name)-model")
  }

  static func gemini(baseURL: String = "http://example.com/v1beta") -> Provider {
    Provider(
      name: "gemini", dialect: .gemini, baseURL: baseURL, access: .key(key), defaultModel: "gemini-2.5-flash")
  }

  static func response(_ status: Int, _ body: String, headers: [(String, String)] = []) -> ProviderResponse {
    ProviderResponse(status: status, headers: HTTPHeaders(headers), body: ByteBuffer(string: body))
  }

  /// A complete answer in OpenAI's form.
  static func openAIAnswer(_ text: String = "Hello", finishReason: String = "stop") -> String {
    """
    {"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",\
    "content":"\(text)"},"finish_reason":"\(finishReason)"}],\
    "usage":{"prompt_tokens":14,"completion_tokens":24,"total_tokens":38}}
    """
  }
}

extension WireDialect {
  /// The answer, or the fault in its place.
  func read(_ response: ProviderResponse) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in try answer(from: response, hiding: ProviderFixture.key) }
  }
}

extension Result where Failure == ProviderFault {
  var fault: ProviderFault? {
    if case .failure(let fault) = self { fault } else { nil }
  }
}
