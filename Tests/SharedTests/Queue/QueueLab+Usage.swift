@testable import Shared

/// Usage records, and what they come to.
extension QueueLab {
  /// Writes a record as `record_usage` does, or some of its fields. Returns its place in the outbox.
  @discardableResult
  func addRecord(at place: String = "*", _ fields: [(String, String)]) async throws -> String? {
    var command = RedisCommand("XADD", key("usage"), place, "job", JobID(unixMilliseconds: 1).rawValue)
    let usual = [("tenant", "a"), ("state", "succeeded")]
    for (name, value) in usual.filter({ usual in !fields.contains { $0.0 == usual.0 } }) + fields {
      command.append(name)
      command.append(value)
    }
    return try await redis.send(command).string
  }

  /// All sums by their bucket and parts.
  func sums(_ buckets: UsageBuckets, from first: Int64? = nil) async throws -> [UsageKey: UsageSums] {
    let now = try await queue.usageReach().now / buckets.milliseconds
    var cursor: UsageCursor? = UsageCursor(bucket: first ?? now - 2)
    var sums: [UsageKey: UsageSums] = [:]
    while let place = cursor {
      let page = try await queue.usageSums(buckets, from: place, through: now)
      for entry in page.entries { sums[UsageKey(bucket: entry.bucket, parts: entry.parts)] = entry.sums }
      cursor = page.next
    }
    return sums
  }

  /// All records that are there.
  func records() async throws -> [UsageRecord] {
    var records: [UsageRecord] = []
    while true {
      let page = try await queue.usage(after: records.last?.id, count: 500)
      if page.isEmpty { return records }
      records += page
    }
  }

  struct UsageKey: Hashable {
    let bucket: Int64
    let parts: [String]
  }
}

extension [UsageRecord] {
  /// What `roll` should come to.
  func sums(_ buckets: UsageBuckets) -> [QueueLab.UsageKey: UsageSums] {
    var sums: [QueueLab.UsageKey: UsageSums] = [:]
    for record in self {
      let parts =
        buckets == .users
        ? [record.tenant, record.user ?? ""]
        : [record.tenant, record.key, record.route, record.lane, record.provider, record.model].map {
          $0 ?? ""
        }
      let key = QueueLab.UsageKey(bucket: record.time / buckets.milliseconds, parts: parts)
      sums[key, default: UsageSums()] += UsageSums(record)
    }
    return sums
  }
}
