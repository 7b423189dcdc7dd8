import Shared

/// What is asked of usage.
struct UsageQuestion: Sendable {
  /// Unix milliseconds; nil where it is not said.
  var from: Int64?
  /// The first millisecond behind it.
  var to: Int64?
  var groups: [UsageDimension] = []
  /// What each of these dimensions must be; empty where there must be none.
  var filters: [UsageDimension: String] = [:]
  /// The most rows; nil where it is not said.
  var limit: Int?
  /// The values of the row behind which to go on.
  var cursor: [String]?
  var format = UsageFormat.json

  var tags: [UsageDimension] { Set(groups + filters.keys).filter(\.isTag) }

  func includes(_ fact: UsageFact) -> Bool {
    filters.allSatisfy { fact.value(of: $0.key) == $0.value }
  }

  /// How long (ms) the periods are by which rows are told apart; nil where they are not.
  var period: Int64? { groups.compactMap(\.period).min() }

  /// Rows come in the order of their times, then of their other values.
  private var order: [Int] {
    groups.indices.filter { groups[$0].period != nil } + groups.indices.filter { groups[$0].period == nil }
  }

  func sorted(_ rows: [UsageRow]) -> [UsageRow] {
    let order = order
    return rows.sorted { Self.precedes($0.values, $1.values, order) }
  }

  /// Whether a row stands behind the cursor.
  func isAhead(_ row: UsageRow) -> Bool {
    guard let cursor else { return true }
    return Self.precedes(cursor, row.values, order)
  }

  private static func precedes(_ left: [String], _ right: [String], _ order: [Int]) -> Bool {
    for index in order where left[index] != right[index] {
      return left[index].utf8.lexicographicallyPrecedes(right[index].utf8)
    }
    return false
  }

  /// When (Unix milliseconds) the period of the cursor's row begins; nil without one.
  var cursorTime: Int64? {
    guard let cursor else { return nil }
    let times = zip(groups, cursor).compactMap { group, value in
      group.period == nil ? nil : UsageTime(value)?.milliseconds
    }
    return times.max()
  }
}

/// One row of an answer: the values of its groups, and what these come to.
struct UsageRow: Sendable, Hashable {
  /// In the order of the question's groups; empty where there is none.
  let values: [String]
  var sums: UsageSums
}
