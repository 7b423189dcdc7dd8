/// What Redis spends on each step, in microseconds.
struct StepCosts {
  var admit = 0.0
  var claim = 0.0
  var complete = 0.0

  func ratios(to other: StepCosts) -> [Double] {
    [admit / other.admit, claim / other.claim, complete / other.complete]
  }

  /// Of several measurements the middle one, step by step.
  static func median(_ all: [StepCosts]) -> StepCosts {
    func middle(_ step: (StepCosts) -> Double) -> Double { all.map(step).sorted()[all.count / 2] }
    return StepCosts(admit: middle(\.admit), claim: middle(\.claim), complete: middle(\.complete))
  }
}

extension Double {
  /// With two decimals.
  var hundredths: String {
    let cents = Int((self * 100).rounded())
    let rest = cents % 100
    return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
