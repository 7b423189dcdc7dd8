import Shared

/// What was used at a time by somebody, for something: a record, or a sum of an hour or day.
struct UsageFact: Sendable {
  /// Unix milliseconds; of a sum the beginning of its hour or day.
  let time: Int64
  let sums: UsageSums
  /// By dimension; absent and empty where there is none.
  private let values: [UsageDimension: String]
  private let record: UsageRecord?

  init(_ record: UsageRecord, tags: [UsageDimension]) {
    time = record.time
    sums = UsageSums(record)
    self.record = record
    let known = tags.isEmpty ? [:] : record.tags
    var values: [UsageDimension: String] = [:]
    for case .tag(let tag) in tags { values[.tag(tag)] = known[tag] }
    self.values = values
  }

  init(_ entry: UsageEntry, of buckets: UsageBuckets) {
    time = entry.bucket * buckets.milliseconds
    sums = entry.sums
    record = nil
    let dimensions: [UsageDimension] =
      buckets == .users ? [.tenant, .user] : [.tenant, .key, .route, .lane, .provider, .model]
    values = Dictionary(zip(dimensions, entry.parts)) { first, _ in first }
  }

  /// Empty where there is none.
  func value(of dimension: UsageDimension) -> String {
    switch dimension {
    case .hour: String(Timestamp.format(unixMilliseconds: time).prefix(13)) + ":00:00Z"
    case .day: String(Timestamp.format(unixMilliseconds: time).prefix(10))
    case .tag: values[dimension] ?? ""
    default: (record.map { $0.value(of: dimension) } ?? values[dimension]) ?? ""
    }
  }
}

extension UsageRecord {
  fileprivate func value(of dimension: UsageDimension) -> String? {
    switch dimension {
    case .tenant: tenant
    case .key: key
    case .user: user
    case .route: route
    case .provider: provider
    case .model: model
    case .lane: lane
    case .hour, .day, .tag: nil
    }
  }
}
