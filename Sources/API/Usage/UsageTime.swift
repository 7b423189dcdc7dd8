import Shared

/// A moment as clients write it: `2026-01-31`, in UTC, or `2026-01-31T09:15:02Z`.
struct UsageTime: Sendable, Hashable {
  static let day: Int64 = 86_400_000

  /// Unix milliseconds; of a date its beginning.
  let milliseconds: Int64
  let isDate: Bool

  init?(_ text: String) {
    isDate = text.utf8.count == 10
    // A plus that was not escaped has become a space.
    let time = isDate ? "\(text)T00:00:00Z" : text.replacing(" ", with: "+")
    guard text.utf8.count <= 40, let seconds = InternetTime.parse(time) else { return nil }
    milliseconds = seconds * 1000
  }

  /// The first millisecond behind it, where it is the last that is meant: a date is meant whole.
  var end: Int64 { isDate ? milliseconds + Self.day : milliseconds }
}
