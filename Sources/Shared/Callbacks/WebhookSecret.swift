import Crypto
import FoundationEssentials

/// The key with which webhooks are signed, as Standard Webhooks write it: `whsec_` and base 64 of 24 to 64 bytes
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
public struct WebhookSecret: Sendable {
  private let key: SymmetricKey

  /// Nil for anything else.
  public init?(parsing text: String) {
    guard text.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(text.dropFirst(6))),
      (24...64).contains(bytes.count)
    else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// The value of `webhook-signature`: `v1,` and base 64 of the HMAC-SHA-256 over `id.timestamp.body`.
  ///
  /// `timestamp` is in Unix seconds, as the header `webhook-timestamp` says it.
  public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    var code = HMAC<SHA256>(key: key)
    code.update(data: Array("\(id).\(timestamp).".utf8))
    code.update(data: body)
    return "v1," + Data(code.finalize()).base64EncodedString()
  }
}
