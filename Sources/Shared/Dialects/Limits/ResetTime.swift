public import NIOHTTP1

/// When a provider may be asked again, from what its response says.
public enum ResetTime {
  /// No provider may silence itself for longer by one header (`Retry-After: 1000000000`).
  public static let longest = Duration.seconds(60)

  /// A day's quota is gone. Its day ends at midnight Pacific time, which is hours away as a rule; but what the
  /// operator changes (another plan, another key's project) must show soon, and one request an hour is cheap.
  public static let pauseOfDailyQuota = Duration.seconds(3600)

  /// From `retry-after-ms`, `Retry-After` (RFC 9110, section 10.2.3), or the headers of ``RateLimitHeaders``; nil
  /// when none of them says anything.
  public static func stated(in headers: HTTPHeaders) -> Duration? {
    if let text = headers.first(name: "retry-after-ms"), let milliseconds = Double(text) {
      if let wait = bounded(seconds: milliseconds / 1000) { return wait }
    }
    if let text = headers.first(name: "retry-after") {
      if let seconds = Double(text) {
        if let wait = bounded(seconds: seconds) { return wait }
      } else if let wait = HTTPDate.parse(text).flatMap({ until($0, headers) }) {
        return wait
      }
    }
    return resetOfExhaustedLimit(headers)
  }

  /// Reads durations such as `2m59.56s`, `7.66s`, `120ms`, `31s`; nil for anything else.
  public static func parse(_ text: some StringProtocol) -> Duration? {
    var seconds = 0.0
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let number = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
      rest = rest.dropFirst(unit.count)
      guard let value = Double(number), let scale = secondsOf[String(unit)] else { return nil }
      seconds += value * scale
    }
    return bounded(seconds: seconds)
  }

  private static let secondsOf = [
    "d": 86_400.0, "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
  ]

  /// Nil for what is no time to wait: negative, infinite, not a number.
  private static func bounded(seconds: Double) -> Duration? {
    guard seconds.isFinite, seconds >= 0 else { return nil }
    return min(longest, .milliseconds(Int64(min(seconds, 1e6) * 1000)))
  }

  /// Until a time as RFC 3339 writes it.
  public static func until(time text: String, _ headers: HTTPHeaders) -> Duration? {
    InternetTime.parse(text).flatMap { until($0, headers) }
  }

  /// A time is compared with the response's own `Date`, so that our clock does not matter.
  private static func until(_ end: Int64, _ headers: HTTPHeaders) -> Duration? {
    guard let now = headers.first(name: "date").flatMap(HTTPDate.parse) else { return nil }
    return min(longest, .seconds(max(0, end - now)))
  }

  /// Of the limits that have nothing left, the one that resets last; when none says so, the first to reset.
  private static func resetOfExhaustedLimit(_ headers: HTTPHeaders) -> Duration? {
    var exhausted: Duration?
    var any: Duration?
    for kind in RateLimitHeaders.Kind.allCases {
      let stated = RateLimitHeaders(kind, in: headers)
      guard let reset = stated.reset else { continue }
      any = min(any ?? reset, reset)
      if let left = stated.left, left <= 0 { exhausted = max(exhausted ?? reset, reset) }
    }
    return exhausted ?? any
  }
}
