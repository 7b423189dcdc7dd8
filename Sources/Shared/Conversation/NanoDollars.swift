/// Money as a whole number of billionths of a US dollar: ten tokens of a cheap model cost less than a millionth.
public struct NanoDollars: RawRepresentable, Sendable, Hashable, Comparable {
  public var rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static let zero = NanoDollars(rawValue: 0)

  /// The most that one answer may cost, a million dollars: whoever reports more is wrong, and no sum overflows.
  public static let limit = NanoDollars(rawValue: 1_000_000_000_000_000)

  /// The most that any amount is read as, 900 million dollars: what is told of sums and budgets is no single answer.
  public static let most = NanoDollars(rawValue: 900_000_000_000_000_000)

  private static let perDollar: Int64 = 1_000_000_000
  private static let places = 9

  /// The amount in dollars, to reckon with roughly; ``description`` and ``write(to:)`` are exact.
  public var dollars: Double { Double(rawValue) / Double(Self.perDollar) }

  public static func < (left: NanoDollars, right: NanoDollars) -> Bool { left.rawValue < right.rawValue }

  /// Stops at the greatest amount instead of overflowing.
  public static func + (left: NanoDollars, right: NanoDollars) -> NanoDollars {
    let (sum, overflows) = left.rawValue.addingReportingOverflow(right.rawValue)
    return NanoDollars(rawValue: overflows ? (left.rawValue < 0 ? .min : .max) : sum)
  }
}

// MARK: - Reading

extension NanoDollars {
  /// Reads a plain decimal number of dollars with up to nine places, such as `0.59`; nil for anything else.
  public init?(dollars text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = UInt32(parts[0]), parts[0].first != "+" else {
      return nil
    }
    var nanos: Int64 = 0
    if parts.count == 2 {
      guard (1...Self.places).contains(parts[1].count), let digits = UInt32(parts[1]), parts[1].first != "+"
      else { return nil }
      nanos = Int64(digits)
      for _ in parts[1].count..<Self.places { nanos *= 10 }
    }
    rawValue = Int64(whole) * Self.perDollar + nanos
  }

  /// Dollars as a provider tells them, a number or the text of one, rounded up to a whole nano-dollar; at most
  /// ``limit``, or the bound that is given, up to ``most``. Nil for what is negative or no number.
  public init?(told value: JSONValue?, atMost bound: NanoDollars = .limit) {
    switch value?.rounded {
    case .integer(let dollars) where dollars >= 0:
      self.init(rawValue: min(dollars, bound.rawValue / Self.perDollar) * Self.perDollar)
    // By its digits: 0.300105 × 10⁹ in binary is a little more than 300,105,000, and would be rounded up.
    case .double(let dollars) where dollars >= 0 && dollars.isFinite:
      self.init(roundingUp: dollars.description, atMost: bound)
    case .string(let text) where text.utf8.count <= 32: self.init(roundingUp: text, atMost: bound)
    default: return nil
    }
  }

  /// `digits[.digits][e[±]digits]`, rounded up.
  private init?(roundingUp text: String, atMost bound: NanoDollars) {
    let halves = text.lowercased().split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let exponent = halves.count == 1 ? 0 : Int(halves[1]), (-400...400).contains(exponent) else {
      return nil
    }
    let digits = parts.joined().utf8.map { Int64($0) - 0x30 }
    guard !digits.isEmpty, digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    // How many of the digits stand before the decimal point of the number of nano-dollars.
    let whole = parts[0].utf8.count + exponent + Self.places
    var nanos: Int64 = 0
    for index in 0..<max(whole, 0) {
      nanos = nanos * 10 + (index < digits.count ? digits[index] : 0)
      if nanos >= bound.rawValue { break }
    }
    let isExact = digits.dropFirst(max(whole, 0)).allSatisfy { $0 == 0 }
    rawValue = min(isExact ? nanos : nanos + 1, bound.rawValue)
  }
}

// MARK: - Writing

extension NanoDollars: CustomStringConvertible {
  /// Dollars as a plain decimal number, exactly and without needless zeros, such as `0.300105`.
  public var description: String {
    var json = JSONWriter(capacity: 24)
    write(to: &json)
    return String(buffer: json.buffer)
  }

  /// Writes the dollars as a number without binary noise or an exponent.
  public func write(to json: inout JSONWriter) { json.write(decimal: rawValue, places: Self.places) }
}
