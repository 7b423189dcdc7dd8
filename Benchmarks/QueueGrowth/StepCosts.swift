/// What Redis spends on each step, in microseconds.
struct StepCosts {
  var admit = 0.0
  var claim = 0.0
  var complete = 0.0

  var sum: Double { admit + claim + complete }

  func divided(by other: StepCosts) -> StepCosts {
    StepCosts(
      admit: admit / other.admit, claim: claim / other.claim, complete: complete / other.complete)
  }

  /// Of several measurements the middle one, step by step.
  static func median(_ all: [StepCosts]) -> StepCosts {
    StepCosts(
      admit: all.map(\.admit).median, claim: all.map(\.claim).median, complete: all.map(\.complete).median)
  }
}

extension [Double] {
  /// The middle one; of an even number the upper of the two.
  var median: Double { sorted()[count / 2] }
}

extension Double {
  /// With two decimals.
  var hundredths: String {
    let cents = Int((self * 100).rounded())
    let rest = cents % 100
    return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
