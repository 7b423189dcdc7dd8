/// Money as a whole number of millionths of a US dollar.
public struct MicroDollars: RawRepresentable, Sendable, Hashable, Comparable {
  public var rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static let zero = MicroDollars(rawValue: 0)

  /// The amount in dollars, for people and for JSON.
  public var dollars: Double { Double(rawValue) / 1_000_000 }

  /// Reads a plain decimal number of dollars with up to six places, such as `0.59`; nil for anything else.
  public init?(dollars text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = UInt32(parts[0]) else { return nil }
    var micros: Int64 = 0
    if parts.count == 2 {
      guard (1...6).contains(parts[1].count), let digits = UInt32(parts[1]) else { return nil }
      micros = Int64(digits)
      for _ in parts[1].count..<6 { micros *= 10 }
    }
    rawValue = Int64(whole) * 1_000_000 + micros
  }

  public static func < (left: MicroDollars, right: MicroDollars) -> Bool { left.rawValue < right.rawValue }
  public static func + (left: MicroDollars, right: MicroDollars) -> MicroDollars {
    MicroDollars(rawValue: left.rawValue + right.rawValue)
  }
}
