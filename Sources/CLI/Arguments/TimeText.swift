import Shared

/// Times and durations as they are typed: `90d`, `12h`, `2027-01-31`, `2027-01-31T09:15:00Z`.
enum TimeText {
  private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
  /// A thousand years: more is a typing error.
  private static let longest: Int64 = 31_557_600_000

  /// Seconds of `30s`, `10m`, `12h`, `90d`, `2w`, or of a bare number of seconds; nil for anything else.
  static func seconds(_ text: String) -> Int64? {
    let unit = text.last.flatMap { units[$0] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int64(digits) else {
      return nil
    }
    let (seconds, overflows) = count.multipliedReportingOverflow(by: unit ?? 1)
    return overflows || seconds > longest ? nil : seconds
  }

  /// A time to come, as the API takes it: a duration from now on, a day (its start in UTC), or a time.
  static func expiry(_ text: String, now: Int64) throws(CommandFailure) -> String {
    let end: Int64
    if text.last.map({ units[$0] != nil }) == true, let seconds = seconds(text) {
      end = now + seconds * 1000
    } else if let time = unixSeconds(text) {
      end = time * 1000
    } else {
      throw .option(
        "expires",
        "\"\(text)\" is no time; write a duration such as 90d, a day such as 2027-01-31, or a time such as "
          + "2027-01-31T09:00:00Z")
    }
    guard end > now else {
      throw .option(
        "expires", "\"\(text)\" is in the past: here it is \(Timestamp.format(unixMilliseconds: now))")
    }
    return Timestamp.format(unixMilliseconds: end)
  }

  /// Of a day, or of a time.
  private static func unixSeconds(_ text: String) -> Int64? {
    InternetTime.parse(text.utf8.count == 10 ? text + "T00:00:00Z" : text)
  }

  /// Whether the API takes it as one end of a span.
  static func isDayOrTime(_ text: String) -> Bool { unixSeconds(text) != nil }
}
