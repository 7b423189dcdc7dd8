/// The name of a span within its trace: 64 bits, not all of them zero.
public struct SpanID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  public let rawValue: UInt64

  /// Nil for zero, which is no name.
  public init?(rawValue: UInt64) {
    guard rawValue != 0 else { return nil }
    self.rawValue = rawValue
  }

  /// A new one, by chance.
  public static func random() -> SpanID {
    while true {
      if let id = SpanID(rawValue: .random(in: .min ... .max)) { return id }
    }
  }

  /// 16 lower-case hexadecimal digits.
  public var description: String { HexText.text(of: rawValue) }
}
