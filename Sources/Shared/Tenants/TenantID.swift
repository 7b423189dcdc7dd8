/// The name of a tenant, chosen by the operator: 1 to 63 small letters, digits, `_` and `-`, the first of them a letter
/// or digit. It holds nothing that has a meaning in a Redis key.
public struct TenantID: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  public static let longest = 63
  /// Is there always; `SERVICE_API_KEY` belongs to it.
  public static let `default` = TenantID(checked: "default")

  public let rawValue: String

  public init?(rawValue: String) {
    guard Self.isGood(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(checked: String) { rawValue = checked }

  /// Whether a text may be the name of a tenant, or of a group of tenants that share their cache.
  static func isGood(_ text: String) -> Bool {
    let bytes = text.utf8
    guard (1...longest).contains(bytes.count), let first = bytes.first, isLetterOrDigit(first) else {
      return false
    }
    return bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// What a name must be, for errors.
  static let rule = "1 to 63 of a-z, 0-9, _ and -, of which the first is a letter or digit"

  public var description: String { rawValue }

  public static func < (left: TenantID, right: TenantID) -> Bool { left.rawValue < right.rawValue }
}
