import Shared

/// The rows of an answer, a period's after the other's, so that a long span needs no memory for all of it.
struct UsageRows: Sendable {
  let question: UsageQuestion
  let plan: UsagePlan

  private var feed: UsageFeed
  private var table: [[String]: UsageSums] = [:]
  /// Which period the table is of.
  private var period: Int64 = 0
  private var isOver = false

  init(_ question: UsageQuestion, _ plan: UsagePlan, queue: JobQueue) {
    self.question = question
    self.plan = plan
    feed = UsageFeed(plan, queue: queue, tags: question.tags, from: question.cursorTime)
    // Without groups there is one row, whatever was used.
    if question.groups.isEmpty { table[[]] = UsageSums() }
  }

  /// Some rows behind the cursor, in their order; nil at the end.
  mutating func next() async throws(QueueError) -> [UsageRow]? {
    while !isOver {
      var rows: [UsageRow] = []
      if let facts = try await feed.next() {
        for fact in facts where question.includes(fact) { add(fact, &rows) }
      } else {
        isOver = true
        take(into: &rows)
      }
      if !rows.isEmpty { return rows }
    }
    return nil
  }

  private mutating func add(_ fact: UsageFact, _ rows: inout [UsageRow]) {
    let time = question.period.map { fact.time / $0 } ?? 0
    if time != period {
      take(into: &rows)
      period = time
    }
    table[question.groups.map(fact.value), default: UsageSums()] += fact.sums
  }

  private mutating func take(into rows: inout [UsageRow]) {
    rows += question.sorted(table.map { UsageRow(values: $0.key, sums: $0.value) }).filter(question.isAhead)
    table = [:]
  }
}
