import FoundationEssentials
import Shared

/// A number within a schema's bounds: the small one that nobody would take for a default, where it may be.
struct SchemaNumber {
  /// Both belong to the range.
  private let lower: Double?
  private let upper: Double?
  private let isLowerExclusive: Bool
  private let isUpperExclusive: Bool
  private let step: Double?

  init(_ schema: JSONValue) {
    let exclusiveLower = schema["exclusiveMinimum"]?.double
    let exclusiveUpper = schema["exclusiveMaximum"]?.double
    lower = exclusiveLower ?? schema["minimum"]?.double
    upper = exclusiveUpper ?? schema["maximum"]?.double
    isLowerExclusive = exclusiveLower != nil
    isUpperExclusive = exclusiveUpper != nil
    step = schema["multipleOf"]?.double.flatMap { $0 > 0 ? $0 : nil }
  }

  var integer: Int {
    var number = 7.0
    if let lower, number < lower || (isLowerExclusive && number == lower) {
      number = isLowerExclusive ? lower.rounded(.down) + 1 : lower.rounded(.up)
    }
    if let upper, number > upper || (isUpperExclusive && number == upper) {
      number = isUpperExclusive ? upper.rounded(.up) - 1 : upper.rounded(.down)
    }
    return Int(exactly: stepped(number)) ?? 0
  }

  var number: Double {
    var number = 7.5
    let isOut = lower.map { number < $0 || (isLowerExclusive && number == $0) } ?? false
    let isOver = upper.map { number > $0 || (isUpperExclusive && number == $0) } ?? false
    switch (lower, upper) {
    case (let lower?, let upper?) where isOut || isOver: number = (lower + upper) / 2
    case (let lower?, _) where isOut: number = lower + 0.5
    case (_, let upper?) where isOver: number = upper - 0.5
    default: break
    }
    return stepped(number)
  }

  /// A multiple of the step near a number, within the bounds where there is one.
  private func stepped(_ number: Double) -> Double {
    guard let step else { return number }
    let above = (number / step).rounded(.up) * step
    if let upper, above > upper || (isUpperExclusive && above == upper) { return above - step }
    return above
  }
}
