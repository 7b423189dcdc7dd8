import Crypto

/// What is stored of a key: its HMAC-SHA-256 under a pepper.
public struct KeyDigest: Sendable, CustomStringConvertible {
  private static let length = 32

  private let bytes: [UInt8]

  init(of key: Secret, under pepper: SymmetricKey) {
    let key = key.reveal()
    bytes = Array(HMAC<SHA256>.authenticationCode(for: Array(key.utf8), using: pepper))
  }

  /// Reads what ``description`` writes.
  public init?(hex text: String) {
    let digits = text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
      default: UInt8.max
      }
    }
    guard digits.count == 2 * Self.length, digits.allSatisfy({ $0 < 16 }) else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

extension KeyDigest: Hashable {
  /// Takes the same time wherever two differ.
  public static func == (left: KeyDigest, right: KeyDigest) -> Bool {
    zip(left.bytes, right.bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
