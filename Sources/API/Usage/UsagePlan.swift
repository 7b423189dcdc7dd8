import Shared

/// Where the answer to a question about usage is read, and which time it covers.
struct UsagePlan: Sendable {
  enum Source: Sendable, Hashable {
    case records
    case sums(UsageBuckets)
  }

  /// Without `from`, so long before the end.
  private static let usualDays: Int64 = 30
  private static let day = UsageTime.day

  let source: Source
  /// Unix milliseconds: what was asked, as far as whole hours or days can tell it.
  let span: Range<Int64>
  /// How far back what is read reaches; nil while nothing was used.
  let since: Int64?

  /// Nil for a span that ends before it begins.
  ///
  /// - Parameter retention: how long users' days stay.
  init?(_ question: UsageQuestion, _ reach: UsageReach, retention: Duration) {
    // What is written now counts, too.
    let to = question.to ?? reach.now + 1
    let from = question.from ?? ((to - 1) / Self.day - Self.usualDays) * Self.day
    guard from < to else { return nil }
    source = Self.source(question, from..<to, reach.now)
    switch source {
    case .records:
      span = from..<to
      since = reach.firstRecord
    case .sums(let buckets):
      let length = buckets.milliseconds
      span = from / length * length..<(to + length - 1) / length * length
      let stay: Int64? =
        switch buckets {
        case .hours: UsageBuckets.hoursStay.wholeMilliseconds
        case .days: nil
        case .users: retention.wholeMilliseconds
        }
      let oldest = stay.map { (reach.now - $0) / length * length } ?? 0
      since = reach.firstSum.map { max($0, oldest) }
    }
  }

  private static func source(_ question: UsageQuestion, _ span: Range<Int64>, _ now: Int64) -> Source {
    let dimensions = Set(question.groups + question.filters.keys)
    if !question.tags.isEmpty { return .records }
    let isOfDays =
      span.lowerBound % day == 0 && (span.upperBound % day == 0 || span.upperBound > now)
      && !dimensions.contains(.hour)
    if dimensions.contains(.user) {
      return isOfDays && dimensions.isSubset(of: [.user, .tenant, .day]) ? .sums(.users) : .records
    }
    let hoursReach = span.lowerBound >= now - UsageBuckets.hoursStay.wholeMilliseconds
    return !isOfDays && (hoursReach || dimensions.contains(.hour)) ? .sums(.hours) : .sums(.days)
  }

  /// Which buckets are read, from a time on.
  func buckets(_ buckets: UsageBuckets, from time: Int64?) -> ClosedRange<Int64>? {
    guard let since else { return nil }
    let first = max(span.lowerBound, since, time ?? 0) / buckets.milliseconds
    let last = (span.upperBound - 1) / buckets.milliseconds
    return first <= last ? first...last : nil
  }
}
