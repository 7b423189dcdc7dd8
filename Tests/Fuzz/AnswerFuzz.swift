import NIOCore
import NIOHTTP1
import Shared

/// An answer has counts within bounds and reads back as it was stored, or is a fault that is one line and does not hold the key.
enum AnswerFuzz {
  static let key = "sk-secret"
  private static let statuses = [200, 200, 200, 201, 307, 400, 401, 403, 404, 413, 429, 498, 500, 503, 529]
  private static let requests: [JobRequest] = [
    .chat(Conversation(turns: [])), .embedding(EmbeddingRequest(model: "m", input: ["a"], isBase64: true)),
    .completion(CompletionRequest(model: "m", prompt: "a")),
    .moderation(ModerationRequest(model: "m", input: "a")), .count(Conversation(turns: [])),
  ]

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.first else { return }
    let response = ProviderResponse(
      status: statuses[Int(first) % statuses.count], headers: HTTPHeaders(),
      body: ByteBuffer(bytes: bytes.dropFirst()))
    for dialect in Dialect.allCases {
      for request in requests {
        do {
          check(try answer(to: request, from: response, dialect.wire))
          require(response.isSuccess, "status \(response.status) is an answer")
        } catch {
          check(error)
        }
      }
    }
  }

  private static func answer(
    to request: JobRequest, from response: ProviderResponse, _ wire: any WireDialect
  ) throws(ProviderFault) -> ProviderAnswer {
    switch request {
    case .chat: try wire.answer(from: response, hiding: Secret(key), maker: "fuzz")
    case .embedding(let request): try wire.answer(to: request, from: response, hiding: Secret(key))
    case .completion: try CompletionDialect().answer(from: response, hiding: Secret(key), maker: "fuzz")
    case .moderation: try ModerationDialect.answer(from: response, hiding: Secret(key))
    case .count: try wire.countAnswer(from: response, hiding: Secret(key))
    }
  }

  static func check(_ answer: ProviderAnswer) {
    checkStored(answer.answer)
    let usage = answer.answer.usage
    for count in [usage.promptTokens, usage.completionTokens, usage.cachedTokens, usage.reasoningTokens] {
      require((0...TokenUsage.limit).contains(count), "\(count) tokens")
    }
  }

  private static func checkStored(_ answer: Answer) {
    let result = JobResult(
      answer: answer, provider: "fuzz", model: "m", cost: .zero, latency: .zero, cascadePath: [])
    guard let stored = StoredResult(result.encoded()) else { fatalError("a stored answer cannot be read") }
    // Usage stands beside the answer, and an end that nobody told is one.
    var told = answer
    told.usage = .zero
    if told.finishReason == nil { told.choices[0].finishReason = .stop }
    require(stored.answer == told, "storing changed \(told) to \(stored.answer)")
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
