/// A limit whose rate is another from now on: what was used of it stays as much as it was, though it takes another time to grow
/// back. The step that writes the record says the limit's time anew (limits.lua), or it would be read by the new rate.
struct ChangedLimit: Sendable {
  /// As demands name it.
  let name: String
  /// The time in which what was used grows back is so many times `factor.numerator` through `factor.denominator` what it was.
  let factor: (numerator: Int, denominator: Int)
  /// In which all of it grows back (microseconds): nobody waits longer for what he used before.
  let capacity: Int

  /// Nil where nothing has changed, or where no rate is meant.
  init?(_ before: Limit, _ after: Limit, of subject: LimitSubject) {
    guard before.measure == after.measure, before.model == after.model, before.most != after.most else {
      return nil
    }
    switch after.measure {
    case .requests(let window):
      let intervals = [before, after].map {
        RateLimit(requests: $0.most, per: window).emissionIntervalMicroseconds
      }
      factor = (intervals[1], intervals[0])
      capacity = after.most * intervals[1]
    case .tokens(let window):
      factor = (before.most, after.most)
      capacity = window.seconds * 1_000_000
    case .running, .queued, .queuedBytes: return nil
    }
    name = "l:" + subject.counting(after.measure.code, of: after.model)
  }

  /// Of a record's limits those that were there before with another number.
  static func among(_ after: [Limit], before: [Limit], of subject: LimitSubject) -> [ChangedLimit] {
    after.flatMap { new in before.compactMap { ChangedLimit($0, new, of: subject) } }
  }

  func append(to command: inout RedisCommand) {
    command.append(name)
    command.append(factor.numerator)
    command.append(factor.denominator)
    command.append(capacity)
  }
}
