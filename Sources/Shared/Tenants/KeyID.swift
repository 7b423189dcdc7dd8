/// The name of a key's record: `key_`, ten characters of time, sixteen of chance, in Crockford's base 32. Ids sort by
/// the time they were made. It is no secret.
public struct KeyID: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
  private static let prefix = "key_"
  private static let timeLength = 10
  private static let randomLength = 16

  public let rawValue: String

  /// Accepts only what ``init(unixMilliseconds:)`` can make, so an id is safe inside a Redis key.
  public init?(rawValue: String) {
    let digits = rawValue.utf8.dropFirst(Self.prefix.utf8.count)
    guard rawValue.hasPrefix(Self.prefix), digits.count == Self.timeLength + Self.randomLength,
      digits.allSatisfy(Base32.upper.contains)
    else { return nil }
    self.rawValue = rawValue
  }

  /// A new id, made at a time.
  public init(unixMilliseconds: Int64) {
    var generator = SystemRandomNumberGenerator()
    let time = (0..<Self.timeLength).map { index in
      Base32.upper[Int(unixMilliseconds >> Int64(5 * (Self.timeLength - 1 - index)) & 31)]
    }
    let chance = (0..<Self.randomLength).map { _ in Base32.upper[Int(generator.next() & 31)] }
    rawValue = Self.prefix + String(decoding: time + chance, as: UTF8.self)
  }

  public var description: String { rawValue }

  public static func < (left: KeyID, right: KeyID) -> Bool { left.rawValue < right.rawValue }
}
