import NIOCore
import Testing

@testable import Shared

@Suite("Signatures of webhooks")
struct WebhookSignatureTests {
  /// The vector that the reference libraries test themselves with
  /// (https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries).
  @Test("are those of Standard Webhooks")
  func vector() throws {
    let signature = WebhookSignature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
      body: ByteBuffer(string: #"{"test": 2432232314}"#),
      secret: try #require(WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
    #expect(signature.value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect(signature.headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    #expect(
      signature.headers.map(\.value) == [
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      ])
  }

  @Test("cover what a buffer has left to read, not what was read before")
  func readerIndex() throws {
    let secret = try #require(WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    var buffer = ByteBuffer(string: "ab")
    buffer.moveReaderIndex(forwardBy: 1)
    let expected = WebhookSignature(id: "i", timestamp: 1, body: ByteBuffer(string: "b"), secret: secret)
    #expect(WebhookSignature(id: "i", timestamp: 1, body: buffer, secret: secret) == expected)
  }

  @Test("a secret has 24 to 64 bytes in Base64 behind its prefix")
  func secrets() {
    func secret(_ bytes: Int) -> WebhookSecret? {
      // Three bytes are four letters.
      let padding = ["", "==", "="][bytes % 3]
      let letters = String(repeating: "A", count: (bytes * 4 + 2) / 3)
      return WebhookSecret(parsing: "whsec_" + letters + padding)
    }
    #expect(secret(23) == nil)
    #expect(secret(24) != nil)
    #expect(secret(64) != nil)
    #expect(secret(65) == nil)
    for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*"] {
      #expect(WebhookSecret(parsing: text) == nil, "\(text)")
    }
  }

  @Test("a secret does not show itself")
  func redaction() throws {
    let secret = try #require(WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    var dumped = ""
    dump(CallbackPolicy(secret: secret), to: &dumped)
    #expect("\(secret)" == "***")
    #expect(String(reflecting: secret) == "***")
    #expect(dumped.contains("***"))
    #expect(!dumped.contains("SymmetricKey"))
  }
}
