import Crypto
import FoundationEssentials

/// A signing secret as Standard Webhooks writes it: `whsec_` and the Base64 of 24 to 64 bytes
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
/// It never shows itself.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  static let prefix = "whsec_"
  static let allowedSizes = 24...64

  let key: SymmetricKey

  /// Nil for text of another form.
  public init?(parsing text: String) {
    guard text.hasPrefix(Self.prefix),
      let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
      Self.allowedSizes.contains(bytes.count)
    else { return nil }
    key = SymmetricKey(data: bytes)
  }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
