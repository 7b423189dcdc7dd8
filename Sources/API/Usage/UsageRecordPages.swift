import Shared

/// Usage records page by page, the oldest first.
struct UsageRecordPages: Sendable {
  private static let recordsAtOnce = 500
  /// How many records of others are passed over for one page of JSON.
  private static let mostPages = 20

  private let queue: JobQueue
  private let question: UsageQuestion
  private let tags: [UsageDimension]
  private var left: Int
  private var isOver = false
  /// The record behind which to go on; nil before the first.
  private(set) var cursor: String?

  init(_ question: UsageQuestion, after cursor: String?, queue: JobQueue) {
    self.question = question
    self.queue = queue
    tags = question.tags
    left = question.limit ?? .max
    let first = question.from.flatMap { $0 > 0 ? "\($0 - 1)-\(UInt64.max)" : nil }
    self.cursor = [cursor, first].compactMap(\.self).max(by: Self.precedes)
  }

  /// Records that were asked for, none of some pages; nil at the end.
  mutating func next() async throws(QueueError) -> [UsageRecord]? {
    guard !isOver, left > 0 else { return nil }
    let (records, last) = try await queue.usagePage(
      after: cursor, count: min(Self.recordsAtOnce, max(left, 100)))
    guard let last else {
      isOver = true
      return nil
    }
    var shown: [UsageRecord] = []
    for record in records {
      if let to = question.to, record.time >= to {
        isOver = true
        return shown
      }
      guard question.includes(UsageFact(record, tags: tags)) else { continue }
      shown.append(record)
      left -= 1
      if left == 0 {
        cursor = record.id
        return shown
      }
    }
    cursor = last
    return shown
  }

  /// All of one page of JSON; of one tenant's it may be short before the end.
  mutating func page() async throws(QueueError) -> [UsageRecord] {
    var records: [UsageRecord] = []
    for _ in 0..<Self.mostPages {
      guard let more = try await next() else { break }
      records += more
    }
    return records
  }

  /// Whether one place in the outbox is before another.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    let (one, other) = (parts(left), parts(right))
    return one.0 != other.0 ? one.0 < other.0 : one.1 < other.1
  }

  private static func parts(_ id: String) -> (UInt64, UInt64) {
    let parts = id.split(separator: "-").map { UInt64($0) ?? 0 }
    return parts.count == 2 ? (parts[0], parts[1]) : (0, 0)
  }
}
