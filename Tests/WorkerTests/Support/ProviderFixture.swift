import Shared

@testable import Worker

/// Providers and answers as tests want them.
enum ProviderFixture {
  static let key = Secret("sk-canary-0123456789")

  static func openAI(_ name: String = "groq", baseURL: String = "http://example.com/v1") -> Provider {
    Provider(
      name: name, dialect: .chat, baseURL: baseURL, access: .key(key), defaultModel: "\(name)-model")
  }

  static func gemini(baseURL: String = "http://example.com/v1beta") -> Provider {
    Provider(
      name: "gemini", dialect: .gemini, baseURL: baseURL, access: .key(key), defaultModel: "gemini-2.5-flash")
  }

  static func anthropic(baseURL: String = "http://example.com/v1") -> Provider {
    Provider(
      name: "anthropic", dialect: .messages, baseURL: baseURL, access: .key(key), defaultModel: "claude-x")
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
