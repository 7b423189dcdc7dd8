import NIOHTTP1
import Shared

/// Reads when a provider wants to be asked again.
enum RetryDelay {
  /// The longest wait that a header can impose: a provider that says more may be wrong, or hostile.
  static let cap = Duration.seconds(60)
  /// For a quota of a day: long enough to stop asking, short enough to notice a new day within the hour.
  static let dayCap = Duration.seconds(3600)

  /// The wait that a response's headers ask for, at most ``cap``; nil when they say nothing.
  ///
  /// `retry-after-ms` is OpenAI's, `x-ratelimit-reset-*` Groq's and OpenAI's: those count only on 429, and
  /// only of limits that are used up.
  static func read(from headers: HTTPHeaders, status: Int) -> Duration? {
    if let text = headers.first(name: "retry-after-ms"), let milliseconds = Double(text), milliseconds >= 0 {
      return min(.milliseconds(min(milliseconds, 1e9)), cap)
    }
    if let text = headers.first(name: "retry-after"), let delay = retryAfter(text) { return min(delay, cap) }
    guard status == 429 else { return nil }
    let resets = ["requests", "tokens"].compactMap { kind -> Duration? in
      guard headers.first(name: "x-ratelimit-remaining-\(kind)") == "0" else { return nil }
      return headers.first(name: "x-ratelimit-reset-\(kind)").flatMap(duration)
    }
    return resets.max().map { min($0, cap) }
  }

  /// RFC 9110 section 10.2.3: seconds or a date. Decimal seconds occur and are taken.
  private static func retryAfter(_ text: String) -> Duration? {
    if let seconds = Double(text) {
      return seconds >= 0 ? .milliseconds(min(seconds, 1e9) * 1000) : nil
    }
    guard let date = HTTPDate.unixSeconds(text) else { return nil }
    return .milliseconds(max(0, date * 1000 - Timestamp.now))
  }

  /// Durations such as `2m59.56s`, `7.66s`, `120ms` and `1h2m`.
  static func duration(_ text: String) -> Duration? {
    var rest = text[...]
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      guard let scale = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001][String(unit)] else { return nil }
      rest = rest.dropFirst(unit.count)
      total += number * scale
    }
    return .milliseconds(min(total, 1e9) * 1000)
  }
}

extension Duration {
  fileprivate static func milliseconds(_ number: Double) -> Duration { .milliseconds(Int64(number)) }
}
