import FoundationEssentials

/// Times as the contract writes them: RFC 3339, UTC, milliseconds.
public enum Timestamp {
  /// Now by this process's clock, in Unix milliseconds. For logs and ids; the queue's times are Redis' own.
  public static var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1000) }

  /// Such as `2026-01-31T09:15:02.481Z`.
  public static func format(unixMilliseconds: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(24)
    write(unixMilliseconds: unixMilliseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the same in ASCII.
  static func write(unixMilliseconds: Int64, to bytes: inout [UInt8]) {
    let (days, millisecondsOfDay) = unixMilliseconds.floorDivided(by: 86_400_000)
    let (year, month, day) = civilDate(daysSinceEpoch: days)
    let second = millisecondsOfDay / 1000
    if (0...9999).contains(year) {
      append(twoDigits: year / 100, to: &bytes)
      append(twoDigits: year % 100, to: &bytes)
    } else {
      bytes.append(decimal: year)
    }
    append("-", month, to: &bytes)
    append("-", day, to: &bytes)
    append("T", second / 3600, to: &bytes)
    append(":", second / 60 % 60, to: &bytes)
    append(":", second % 60, to: &bytes)
    let milliseconds = millisecondsOfDay % 1000
    append(".", milliseconds / 10, to: &bytes)
    bytes.append(digit(milliseconds % 10))
    bytes.append(UInt8(ascii: "Z"))
  }

  /// The proleptic Gregorian date, by Howard Hinnant's `civil_from_days`
  /// (https://howardhinnant.github.io/date_algorithms.html).
  static func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (daysSinceEpoch + 719_468).floorDivided(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Appends a number below 100 behind what parts it from the one before.
  private static func append(_ mark: Unicode.Scalar, _ number: Int64, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: mark))
    append(twoDigits: number, to: &bytes)
  }

  private static func append(twoDigits number: Int64, to bytes: inout [UInt8]) {
    bytes.append(digit(number / 10))
    bytes.append(digit(number % 10))
  }

  private static func digit(_ number: Int64) -> UInt8 {
    UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number)
  }
}

extension Int64 {
  /// Rounded down, also below zero.
  func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
