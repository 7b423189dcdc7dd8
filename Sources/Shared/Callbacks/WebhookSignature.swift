import Crypto
import FoundationEssentials
import NIOCore

/// The proof that a call comes from here and is no replay, as Standard Webhooks defines it: an HMAC-SHA-256
/// over `id.timestamp.body`.
public struct WebhookSignature: Sendable, Hashable {
  /// The event's id, the same for every attempt to deliver it. Holds no full stop.
  public let id: String
  /// When this attempt is made, in Unix seconds; receivers refuse what is minutes old.
  public let timestamp: Int64
  /// `v1,` and the code in Base64.
  public let value: String

  public init(id: String, timestamp: Int64, body: ByteBuffer, secret: WebhookSecret) {
    self.id = id
    self.timestamp = timestamp
    var code = HMAC<SHA256>(key: secret.key)
    code.update(data: Array("\(id).\(timestamp).".utf8))
    body.withUnsafeReadableBytes { code.update(data: $0) }
    value = "v1," + Data(code.finalize()).base64EncodedString()
  }

  /// The three headers of Standard Webhooks, by name.
  public var headers: [(name: String, value: String)] {
    [("webhook-id", id), ("webhook-timestamp", String(timestamp)), ("webhook-signature", value)]
  }
}
