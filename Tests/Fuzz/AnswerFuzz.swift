import NIOCore
import NIOHTTP1
import Shared

@testable import Worker

/// An answer holds something, with counts within bounds, or is a fault that is one line and does not hold the key.
enum AnswerFuzz {
  static let key = "sk-secret"
  private static let statuses = [200, 200, 200, 201, 307, 400, 401, 403, 404, 413, 429, 498, 500, 503, 529]
  private static let requests: [JobRequest] = [
    .chat(ChatRequest(messages: [])), .embedding(EmbeddingRequest(model: "m", input: ["a"], isBase64: true)),
  ]

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.first else { return }
    let response = ProviderResponse(
      status: statuses[Int(first) % statuses.count], headers: HTTPHeaders(),
      body: ByteBuffer(bytes: bytes.dropFirst()))
    for dialect in ProviderDialect.allCases {
      for request in requests {
        do {
          check(try dialect.wire.answer(to: request, from: response, hiding: Secret(key)))
          require(response.isSuccess, "status \(response.status) is an answer")
        } catch {
          check(error)
        }
      }
    }
  }

  static func check(_ answer: ProviderAnswer) {
    require(
      !answer.text.isEmpty || answer.message["tool_calls"] != nil || answer.embeddings != nil,
      "an answer is empty")
    let usage = answer.usage
    for count in [usage.promptTokens, usage.completionTokens, usage.cachedTokens, usage.reasoningTokens] {
      require((0...TokenUsage.limit).contains(count), "\(count) tokens")
    }
  }

  static func check(_ fault: ProviderFault) {
    let error = fault.error
    for text in [fault.reason, fault.message, error?.code, error?.type, error?.param].compactMap(\.self) {
      require(
        !text.isEmpty && text.unicodeScalars.count <= ProviderMessage.limit, "a text of \(text.utf8.count)")
      require(!text.contains(key), "the key shows: \(text)")
      require(
        !text.unicodeScalars.contains { $0.properties.generalCategory == .control }, "a control character")
    }
  }
}
