import Foundation
import Synchronization

/// When the days, weeks and months of a time zone begin.
///
/// A day begins with the first moment that its clocks show of it, be that at 1 o'clock where a summer time begins at
/// midnight. Periods follow upon each other without gaps. Only the zone's offsets are taken from Foundation (which
/// brings its own table of zones, so no files are needed); each period is worked out once.
public final class BudgetCalendar: Sendable {
  public static let utc = BudgetCalendar(zone: .gmt, name: "UTC")

  /// As the operator wrote it.
  public let name: String
  private let zone: TimeZone
  private let known = Mutex<[BudgetPeriod: Range<Int64>]>([:])

  /// Nil when there is no such time zone in the IANA database.
  public convenience init?(timeZone name: String) {
    guard let zone = Self.zone(named: name) else { return nil }
    self.init(zone: zone, name: name)
  }

  private init(zone: TimeZone, name: String) {
    self.zone = zone
    self.name = name
  }

  private static func zone(named name: String) -> TimeZone? {
    guard name.utf8.count <= 64 else { return nil }
    if name == "UTC" || name == "Etc/UTC" { return .gmt }
    // Foundation also makes zones up of `GMT+3`; those of the database have a slash or are short letters.
    guard !name.hasPrefix("GMT") || name == "GMT" else { return nil }
    return TimeZone(identifier: name)
  }

  /// The period that holds a time, both in Unix milliseconds; 0 to the greatest number for life.
  public func period(_ period: BudgetPeriod, at milliseconds: Int64) -> Range<Int64> {
    guard period != .life else { return 0..<Int64.max }
    return known.withLock { known in
      if let range = known[period], range.contains(milliseconds) { return range }
      let range = reckoned(period, at: milliseconds)
      known[period] = range
      return range
    }
  }

  private func reckoned(_ period: BudgetPeriod, at milliseconds: Int64) -> Range<Int64> {
    let time = milliseconds.floorDivided(by: 1000).quotient
    var day = localDay(at: time)
    // Clocks that go back over midnight show a day a second time that has ended.
    if start(of: day + 1) <= time { day += 1 }
    let days = Self.days(of: period, with: day)
    return start(of: days.lowerBound) * 1000..<start(of: days.upperBound) * 1000
  }

  // MARK: - Days since 1970-01-01

  /// The days of the period that holds one.
  private static func days(of period: BudgetPeriod, with day: Int64) -> Range<Int64> {
    switch period {
    case .day, .life: return day..<day + 1
    case .week:
      // 1970-01-01 was a Thursday.
      let monday = day - (day + 3).floorDivided(by: 7).remainder
      return monday..<monday + 7
    case .month:
      let (year, month, _) = Timestamp.civilDate(daysSinceEpoch: day)
      let next = month == 12 ? (year + 1, 1) : (year, month + 1)
      return HTTPDate.daysSinceEpoch(
        year: year, month: month, day: 1)..<HTTPDate.daysSinceEpoch(year: next.0, month: next.1, day: 1)
    }
  }

  private func localDay(at time: Int64) -> Int64 {
    (time + offset(at: time)).floorDivided(by: 86_400).quotient
  }

  private func offset(at time: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time))))
  }

  /// The first second (Unix) of a day, or of what follows where a zone left the day out.
  private func start(of day: Int64) -> Int64 {
    let guess = day * 86_400 - offset(at: day * 86_400)
    if localDay(at: guess) >= day, localDay(at: guess - 1) < day { return guess }
    // No zone is further than 16 hours from Greenwich.
    var before = day * 86_400 - 90_000
    var after = day * 86_400 + 90_000
    while after - before > 1 {
      let middle = before + (after - before) / 2
      if localDay(at: middle) >= day { after = middle } else { before = middle }
    }
    return after
  }
}
