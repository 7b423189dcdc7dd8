/// The name of a trace: 128 bits, not all of them zero.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  /// Nil when both are zero, which is no name.
  public init?(high: UInt64, low: UInt64) {
    guard high != 0 || low != 0 else { return nil }
    self.high = high
    self.low = low
  }

  /// A new one, by chance.
  public static func random() -> TraceID {
    var generator = SystemRandomNumberGenerator()
    while true {
      if let id = TraceID(high: generator.next(), low: generator.next()) { return id }
    }
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String { HexText.text(of: high, low) }
}
