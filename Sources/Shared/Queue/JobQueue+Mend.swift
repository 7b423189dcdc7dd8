/// What the janitor repaired.
public struct Repair: Sendable, Hashable {
  /// Such as `no-lease`; the kinds stand in mend.lua.
  public let kind: String
  /// The job, counter or queue that was repaired.
  public let subject: String
}

extension JobQueue {
  /// Whether this process is the one that mends now; no other is for about `interval`.
  public func isOnDuty(for interval: Duration) async throws(QueueError) -> Bool {
    var command = RedisCommand("SET", base + ":janitor", "1", "NX", "PX")
    command.append(interval.wholeMilliseconds * 9 / 10)
    return try await perform(command).string == "OK"
  }

  /// Looks over the whole shard in steps of a few hundred keys, repairs what no step should have left, and
  /// returns it. Expects to find nothing.
  public func mend() async throws(QueueError) -> [Repair] {
    var repairs: [Repair] = []
    try await scan("j:*", 100) { ids throws(QueueError) in repairs += try await mend("mend_jobs", ids) }
    try await scan("leader:*", 100) { keys throws(QueueError) in
      repairs += try await mend("mend_leaders", keys)
    }
    var queues: [String] = []
    try await scan("q:*", 1000) { queues += $0 }
    for start in stride(from: 0, to: max(queues.count, 1), by: 200) {
      repairs += try await mend("mend_counters", queues[start..<min(start + 200, queues.count)])
    }
    return repairs
  }

  private func mend(_ name: String, _ subjects: some Sequence<String>) async throws(QueueError) -> [Repair] {
    var command = step(name)
    for subject in subjects { command.append(subject) }
    guard let found = try await perform(command).array else { throw .unexpectedReply(step: name) }
    return stride(from: 0, to: found.count - 1, by: 2).compactMap { index in
      guard let kind = found[index].string, let subject = found[index + 1].string else { return nil }
      return Repair(kind: kind, subject: subject)
    }
  }

  /// Hands the names behind a prefix of keys to `body`, some at a time. A name may come twice.
  private func scan(
    _ pattern: String, _ count: Int, _ body: ([String]) async throws(QueueError) -> Void
  ) async throws(QueueError) {
    let prefix = base + ":" + pattern.dropLast()
    var cursor = "0"
    repeat {
      var command = RedisCommand("SCAN", cursor, "MATCH", prefix + "*", "COUNT")
      command.append(count)
      guard let reply = try await perform(command).array, reply.count == 2, let next = reply[0].string,
        let keys = reply[1].array
      else { throw .unexpectedReply(step: "SCAN") }
      let names = keys.compactMap { $0.string.map { String($0.dropFirst(prefix.count)) } }
      if !names.isEmpty { try await body(names) }
      cursor = next
    } while cursor != "0"
  }
}
