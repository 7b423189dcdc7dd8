/// What a client holds: `sk-sluice-`, 160 bits of chance in Crockford's base 32, and a checksum of all before it, by
/// which scanners know a leaked one and a mistyped one is refused without a look-up. Shown once, kept nowhere.
public struct KeyMaterial: Sendable, Hashable {
  public static let prefix = "sk-sluice-"
  private static let randomLength = 32
  private static let checksumLength = 6
  private static let digits = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  public let secret: Secret
  /// What may be shown: the first and last four of the random part, such as `sk-sluice-ab12…wxyz`.
  public let hint: String

  /// A new one, of the system's randomness.
  public init() {
    var generator = SystemRandomNumberGenerator()
    let chance = (0..<Self.randomLength).map { _ in Base32.lower[Int(generator.next() & 31)] }
    self.init(chance: String(decoding: chance, as: UTF8.self))
  }

  /// Reads one that a client sent; nil where the form or the checksum is wrong.
  public init?(parsing text: String) {
    let length = Self.prefix.utf8.count + Self.randomLength + Self.checksumLength
    guard text.utf8.count == length, text.hasPrefix(Self.prefix) else { return nil }
    let chance = text.utf8.dropFirst(Self.prefix.utf8.count).prefix(Self.randomLength)
    guard chance.allSatisfy(Base32.lower.contains) else { return nil }
    self.init(chance: String(decoding: chance, as: UTF8.self))
    guard secret.reveal().utf8.elementsEqual(text.utf8) else { return nil }
  }

  private init(chance: String) {
    let body = Self.prefix + chance
    secret = Secret(body + Self.checksum(of: body))
    hint = "\(Self.prefix)\(chance.prefix(4))…\(chance.suffix(4))"
  }

  /// CRC-32 in base 62, as GitHub's tokens have it.
  private static func checksum(of text: String) -> String {
    var rest = Int(CRC32.checksum(of: text.utf8))
    var reversed: [UInt8] = []
    for _ in 0..<checksumLength {
      reversed.append(digits[rest % digits.count])
      rest /= digits.count
    }
    return String(decoding: reversed.reversed(), as: UTF8.self)
  }
}
