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

  /// Looks over the keys of the shard from `cursor` on (`0` is the start), in at most `steps` steps of about two
  /// hundred, repairs what no step of the queue should have left, and returns it with where to go on.
  /// Expects to find nothing.
  public func mend(from cursor: String = "0", steps: Int = .max) async throws(QueueError) -> (
    repairs: [Repair], next: String
  ) {
    var repairs: [Repair] = []
    var cursor = cursor
    var left = steps
    repeat {
      let keys: [String]
      (keys, cursor) = try await scan(from: cursor)
      for (prefix, step) in [("j:", "mend_jobs"), ("leader:", "mend_leaders"), ("q:", "mend_tenants")] {
        let subjects = keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        if !subjects.isEmpty { repairs += try await mend(step, subjects) }
      }
      left -= 1
    } while cursor != "0" && left > 0
    repairs += try await mend("mend_counters", [])
    return (repairs, cursor)
  }

  private func mend(_ name: String, _ subjects: [Substring]) async throws(QueueError) -> [Repair] {
    var command = step(name)
    for subject in subjects { command.append(String(subject)) }
    guard let found = try await perform(command).array else { throw .unexpectedReply(step: name) }
    return stride(from: 0, to: found.count - 1, by: 2).compactMap { index in
      guard let kind = found[index].string, let subject = found[index + 1].string else { return nil }
      return Repair(kind: kind, subject: subject)
    }
  }

  /// Some keys of the shard without its base, and where to go on.
  private func scan(from cursor: String) async throws(QueueError) -> ([String], next: String) {
    let prefix = base + ":"
    let command = RedisCommand("SCAN", cursor, "MATCH", prefix + "*", "COUNT", "200")
    guard let reply = try await perform(command).array, reply.count == 2, let next = reply[0].string,
      let keys = reply[1].array
    else { throw .unexpectedReply(step: "SCAN") }
    return (keys.compactMap { $0.string.map { String($0.dropFirst(prefix.count)) } }, next)
  }
}
