import Shared

/// What was used, read in the order of time.
struct UsageFeed: Sendable {
  private static let recordsAtOnce = 500

  private let queue: JobQueue
  private let plan: UsagePlan
  private let tags: [UsageDimension]
  private var place: Place

  private enum Place {
    /// Behind a record.
    case records(after: String?)
    /// In a bucket, of which some is read.
    case sums(UsageBuckets, UsageCursor, last: Int64, read: [[String]: UsageEntry])
    case over
  }

  /// - Parameter time: what is before it is not needed.
  init(_ plan: UsagePlan, queue: JobQueue, tags: [UsageDimension], from time: Int64?) {
    self.queue = queue
    self.plan = plan
    self.tags = tags
    switch plan.source {
    case .records:
      let first = max(plan.span.lowerBound, time ?? 0)
      place = .records(after: first > 0 ? "\(first - 1)-\(UInt64.max)" : nil)
    case .sums(let buckets):
      place =
        plan.buckets(buckets, from: time).map { range in
          .sums(buckets, UsageCursor(bucket: range.lowerBound), last: range.upperBound, read: [:])
        } ?? .over
    }
  }

  /// What comes next; nil at the end.
  mutating func next() async throws(QueueError) -> [UsageFact]? {
    switch place {
    case .over: return nil
    case .records(let last): return try await records(after: last)
    case .sums(let buckets, let cursor, let last, let read):
      return try await sums(buckets, from: cursor, through: last, read)
    }
  }

  private mutating func records(after id: String?) async throws(QueueError) -> [UsageFact]? {
    let (records, last) = try await queue.usagePage(after: id, count: Self.recordsAtOnce)
    guard let last else {
      place = .over
      return nil
    }
    place = (records.last?.time ?? 0) >= plan.span.upperBound ? .over : .records(after: last)
    return records.filter { plan.span.contains($0.time) }.map { UsageFact($0, tags: tags) }
  }

  /// A combination may come twice while sums grow, so a bucket is told once all of it is read.
  private mutating func sums(
    _ buckets: UsageBuckets, from cursor: UsageCursor, through last: Int64, _ read: [[String]: UsageEntry]
  ) async throws(QueueError) -> [UsageFact]? {
    let page = try await queue.usageSums(buckets, from: cursor, through: last)
    var (entries, current, facts) = (read, cursor.bucket, [UsageFact]())
    func tell() { facts += entries.values.map { UsageFact($0, of: buckets) } }
    for entry in page.entries {
      if entry.bucket != current {
        tell()
        (entries, current) = ([:], entry.bucket)
      }
      entries[entry.parts] = entry
    }
    if let next = page.next {
      if next.bucket != current {
        tell()
        entries = [:]
      }
      place = .sums(buckets, next, last: last, read: entries)
    } else {
      tell()
      place = .over
    }
    return facts
  }
}
