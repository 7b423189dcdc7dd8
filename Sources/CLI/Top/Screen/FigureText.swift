/// Figures as people read them at a glance: three digits and a unit. What is not known is `-`.
enum FigureText {
  /// How many a second.
  static func rate(_ value: Double?) -> String {
    known(value) { value in
      if value == 0 { return "0/s" }
      return value < 0.1 ? "\(decimal(value * 60, places: 1))/min" : "\(short(value))/s"
    }
  }

  static func seconds(_ value: Double?) -> String {
    known(value) { value in
      switch value {
      case 0: "0"
      case ..<0.001: "<1 ms"
      case ..<1: "\(short(value * 1000)) ms"
      case ..<120: "\(short(value)) s"
      case ..<7200: "\(short(value / 60)) min"
      case ..<172_800: "\(short(value / 3600)) h"
      default: "\(short(value / 86_400)) d"
      }
    }
  }

  static func bytes(_ value: Double?) -> String {
    known(value) { value in
      var (value, unit) = (value, 0)
      let units = ["B", "KiB", "MiB", "GiB", "TiB"]
      while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
      return "\(short(value)) \(units[unit])"
    }
  }

  static func share(_ value: Double?) -> String {
    known(value) { "\(decimal($0 * 100, places: $0 > 0 && $0 < 0.0995 ? 1 : 0)) %" }
  }

  /// US dollars. Less than a cent is shown, too.
  static func dollars(_ value: Double?) -> String {
    known(value) { "$\(decimal($0, places: abs($0) > 0 && abs($0) < 0.1 ? 4 : 2))" }
  }

  static func count(_ value: Double?) -> String { known(value) { decimal($0, places: 0) } }

  private static func known(_ value: Double?, _ text: (Double) -> String) -> String {
    guard let value, value.isFinite else { return CellText.nothing }
    return text(value)
  }

  /// With places enough for two digits at least.
  private static func short(_ value: Double) -> String {
    decimal(value, places: value < 9.95 && value != value.rounded() ? 1 : 0)
  }

  private static func decimal(_ value: Double, places: Int) -> String {
    var unit = 1.0
    for _ in 0..<places { unit *= 10 }
    let scaled = (abs(value) * unit).rounded()
    // Beyond what an integer holds nobody counts digits.
    guard scaled < 9e15 else { return "\(value)" }
    let (whole, rest) = Int64(scaled).quotientAndRemainder(dividingBy: Int64(unit))
    let digits = String(rest)
    let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.count) + digits
    return (value < 0 && scaled > 0 ? "-" : "") + String(whole) + fraction
  }
}
