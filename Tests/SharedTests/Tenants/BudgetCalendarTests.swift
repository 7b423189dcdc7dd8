import Testing

@testable import Shared

@Suite("Periods of budgets")
struct BudgetCalendarTests {
  private func milliseconds(_ time: String) throws -> Int64 { try MemberRules.time(.string(time)) }

  private func period(_ period: BudgetPeriod, _ zone: String, _ time: String) throws -> [String] {
    let calendar = try #require(BudgetCalendar(timeZone: zone))
    let range = calendar.period(period, at: try milliseconds(time))
    return [range.lowerBound, range.upperBound].map {
      String(Timestamp.format(unixMilliseconds: $0).prefix(16))
    }
  }

  @Test(
    "days, weeks and months begin by the clocks of the time zone",
    arguments: [
      (.day, "UTC", "2026-11-28T03:16:34Z", "2026-11-28T00:00", "2026-11-29T00:00"),
      (.week, "UTC", "2026-11-28T03:16:34Z", "2026-11-23T00:00", "2026-11-30T00:00"),
      (.week, "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00", "2026-11-30T00:00"),
      (.week, "UTC", "2026-11-22T23:59:59.999Z", "2026-11-16T00:00", "2026-11-23T00:00"),
      (.month, "UTC", "2026-12-31T23:59:59.999Z", "2026-12-01T00:00", "2027-01-01T00:00"),
      (.month, "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00", "2028-03-01T00:00"),
      (.month, "UTC", "2100-02-28T12:00:00Z", "2100-02-01T00:00", "2100-03-01T00:00"),
      (.day, "Asia/Kolkata", "2026-01-31T18:30:00Z", "2026-01-31T18:30", "2026-02-01T18:30"),
      (.month, "Pacific/Kiritimati", "2026-01-31T10:00:00Z", "2026-01-31T10:00", "2026-02-28T10:00"),
      // A day of 23 hours, one of 25, and months with them.
      (.day, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00", "2026-03-29T22:00"),
      (.day, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00", "2026-10-25T23:00"),
      (.month, "Europe/Berlin", "2026-03-31T21:59:59Z", "2026-02-28T23:00", "2026-03-31T22:00"),
      (.week, "America/New_York", "2026-11-01T12:00:00Z", "2026-10-26T04:00", "2026-11-02T05:00"),
      // Summer time begins at midnight: the day begins at 1 o'clock.
      (.day, "Africa/Cairo", "2024-04-26T12:00:00Z", "2024-04-25T22:00", "2024-04-26T21:00"),
      // It ends at midnight, and the last hour of the day comes twice.
      (.day, "Africa/Cairo", "2024-10-31T21:30:00Z", "2024-10-30T21:00", "2024-10-31T22:00"),
      // 2011-12-30 was left out.
      (.day, "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00", "2011-12-31T10:00"),
    ] as [(BudgetPeriod, String, String, String, String)])
  func periods(_ kind: BudgetPeriod, zone: String, time: String, start: String, end: String) throws {
    #expect(try period(kind, zone, time) == [start, end])
  }

  @Test(
    "periods follow upon each other without gaps, and hold the time that they were asked for",
    arguments: [
      "Europe/Berlin", "America/St_Johns", "Asia/Beirut", "Africa/Cairo", "Pacific/Apia", "America/Havana",
    ])
  func noGaps(zone: String) throws {
    let calendar = try #require(BudgetCalendar(timeZone: zone))
    for kind in [BudgetPeriod.day, .week, .month] {
      var time = try milliseconds("2009-12-01T00:00:00Z")
      let end = try milliseconds("2012-03-01T00:00:00Z")
      while time < end {
        let range = calendar.period(kind, at: time)
        guard range.contains(time), calendar.period(kind, at: range.upperBound - 1) == range else {
          Issue.record("\(zone): the \(kind) of \(Timestamp.format(unixMilliseconds: time)) is \(range)")
          return
        }
        let next = try #require(BudgetCalendar(timeZone: zone)).period(kind, at: range.upperBound)
        guard next.lowerBound == range.upperBound else {
          Issue.record("\(zone): a gap at \(Timestamp.format(unixMilliseconds: range.upperBound))")
          return
        }
        time = range.upperBound
      }
    }
  }

  @Test("a life has no end")
  func life() {
    #expect(BudgetCalendar.utc.period(.life, at: 1_764_299_794_000) == 0..<Int64.max)
  }

  @Test(
    "a time zone that does not exist is none",
    arguments: ["", "Mars/Phobos", "Europe/Berlin ", "UTC+25", "GMT+3", "+01:00", "XYZ", "../etc/passwd"])
  func noZones(name: String) {
    #expect(BudgetCalendar(timeZone: name) == nil)
  }

  @Test(
    "old and new names of zones are known",
    arguments: ["UTC", "Etc/UTC", "Asia/Calcutta", "Asia/Kolkata", "Europe/Kyiv"])
  func zones(name: String) {
    #expect(BudgetCalendar(timeZone: name)?.name == name)
  }
}
