extension JobQueue {
  /// How many records one step adds up at most: they take Redis two milliseconds.
  private static let recordsAtOnce = 100
  /// How many fields of sums one step reads, about.
  private static let fieldsAtOnce = 1000

  /// The outbox of usage records, the oldest first, after the record `id`; nil begins at the oldest.
  public func usage(after id: String?, count: Int) async throws(QueueError) -> [UsageRecord] {
    try await usagePage(after: id, count: count).records
  }

  /// The same with the place of the last entry that was looked at, from which to go on: what is no record is passed over.
  public func usagePage(
    after id: String?, count: Int
  ) async throws(QueueError) -> (records: [UsageRecord], last: String?) {
    var command = step("usage")
    command.append(id ?? "0")
    command.append(count)
    guard let entries = try await perform(command).array else { throw .unexpectedReply(step: "usage") }
    // Who adds records up reads each once: one that a failover undoes comes again as another.
    if !entries.isEmpty { try await requireAcknowledged() }
    return (entries.compactMap(UsageRecord.init), entries.last?.array?.first?.string)
  }

  /// Adds records to the sums that were not added yet, the oldest first. Each counts once, however many do this at once.
  /// Returns whether none was left.
  @discardableResult
  public func rollUsage(steps: Int = 1000) async throws(QueueError) -> Bool {
    for _ in 0..<steps {
      var command = step("roll")
      command.append(Self.recordsAtOnce)
      command.append(retention.usage.wholeMilliseconds)
      guard let passed = try await perform(command).integer else { throw .unexpectedReply(step: "roll") }
      if passed < Self.recordsAtOnce { return true }
    }
    return false
  }

  public func usageReach() async throws(QueueError) -> UsageReach {
    let parts = try await perform(step("usage_reach")).array ?? []
    guard parts.count == 3, let now = parts[0].integer else { throw .unexpectedReply(step: "usage_reach") }
    return UsageReach(
      now: now, firstSum: parts[1].string.flatMap(Int64.init),
      firstRecord: parts[2].string?.split(separator: "-").first.flatMap { Int64($0) })
  }

  /// A page of sums of hours, days or users' days, from a place on to the bucket `last`.
  public func usageSums(
    _ buckets: UsageBuckets, from cursor: UsageCursor, through last: Int64
  ) async throws(QueueError) -> UsagePage {
    var command = step("usage_sums")
    command.append(buckets.rawValue)
    command.append(cursor.bucket)
    command.append(last)
    command.append(cursor.place)
    command.append(Self.fieldsAtOnce)
    guard let parts = try await perform(command).array, parts.count >= 2, let next = parts[0].string,
      let place = parts[1].string
    else { throw .unexpectedReply(step: "usage_sums") }
    return UsagePage(
      entries: parts.dropFirst(2).flatMap(Self.entries),
      next: Int64(next).map { UsageCursor(bucket: $0, place: place) })
  }

  private static func entries(_ reply: RESPValue) -> [UsageEntry] {
    guard let parts = reply.array, parts.count == 2, let bucket = parts[0].string.flatMap(Int64.init),
      let pairs = parts[1].array
    else { return [] }
    return stride(from: 0, to: pairs.count - 1, by: 2).compactMap { index in
      guard let name = pairs[index].string, !name.isEmpty,
        let sums = pairs[index + 1].string.flatMap(UsageSums.init(stored:))
      else { return nil }
      let parts = name.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
      return UsageEntry(bucket: bucket, parts: parts, sums: sums)
    }
  }
}
