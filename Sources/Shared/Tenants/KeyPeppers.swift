import Crypto

/// What keys' digests are made with. While the pepper is changed there are two: new digests are made with the first,
/// and those made with the other still hold.
public struct KeyPeppers: Sendable, CustomStringConvertible, CustomReflectable {
  /// The newest first; at least one.
  private let peppers: [SymmetricKey]

  /// Reads `new` or `new,old`; nil for anything but one or two texts of 16 to 512 visible ASCII characters.
  public init?(parsing text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count),
      parts.allSatisfy({
        (16...512).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      })
    else { return nil }
    peppers = parts.map { SymmetricKey(data: Array($0.utf8)) }
  }

  /// The digest that a new key is stored by.
  public func digest(of key: KeyMaterial) -> KeyDigest { KeyDigest(of: key.secret, under: peppers[0]) }

  /// All digests that the key may be stored by, the newest pepper's first.
  public func digests(of key: KeyMaterial) -> [KeyDigest] {
    peppers.map { KeyDigest(of: key.secret, under: $0) }
  }

  /// What tells each from others without telling anything of it, the newest first: eight hexadecimal digits of an HMAC.
  public var fingerprints: [String] {
    peppers.map { pepper in
      // No key reads so, and no digest of one is told.
      let code = HMAC<SHA256>.authenticationCode(
        for: Array("the fingerprint of a pepper".utf8), using: pepper)
      return code.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  public var description: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
