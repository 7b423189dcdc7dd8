import NIOCore
import NIOHTTP1
import Shared

@testable import Worker

/// An answer is text with counts within bounds, or a fault that is one line and does not hold the key.
enum AnswerFuzz {
  private static let key = "sk-secret"
  private static let statuses = [200, 200, 200, 201, 307, 400, 401, 403, 404, 413, 429, 498, 500, 503, 529]

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.first else { return }
    let response = ProviderResponse(
      status: statuses[Int(first) % statuses.count], headers: HTTPHeaders(),
      body: ByteBuffer(bytes: bytes.dropFirst()))
    for dialect in ProviderDialect.allCases {
      do {
        check(try dialect.wire.answer(from: response, hiding: Secret(key)), response)
      } catch {
        check(error)
      }
    }
  }

  private static func check(_ answer: ProviderAnswer, _ response: ProviderResponse) {
    require(response.isSuccess, "status \(response.status) is an answer")
    require(!answer.text.isEmpty, "an answer is empty")
    for count in [answer.usage.promptTokens, answer.usage.completionTokens] {
      require((0...(2 * Int(Int32.max))).contains(count), "\(count) tokens")
    }
  }

  private static func check(_ fault: ProviderFault) {
    for text in [fault.reason, fault.message ?? "-"] {
      require(!text.isEmpty && text.utf8.count <= ProviderMessage.limit + 100, "a text of \(text.utf8.count)")
      require(!text.contains(key), "the key shows: \(text)")
      require(
        !text.unicodeScalars.contains { $0.properties.generalCategory == .control }, "a control character")
    }
  }
}
