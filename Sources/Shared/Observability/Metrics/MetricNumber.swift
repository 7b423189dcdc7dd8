/// A number as a sample has it.
public enum MetricNumber: Sendable, Hashable {
  case integer(Int)
  case real(Double)
  /// A whole number of units of which ten to the power of `places` make one.
  case scaled(Int, places: Int)

  /// As both formats write it, also of buckets' bounds: `0.25`, `1.0`, `+Inf`, `NaN`.
  static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return number.description
  }
}
