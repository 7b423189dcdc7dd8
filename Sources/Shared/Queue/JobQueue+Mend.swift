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

  /// Looks over the shard from `cursor` on, its indexes and its keys, in at most `steps` steps of about two hundred
  /// members or keys each, repairs what no step of the queue should have left, and returns it with where to go on.
  /// Expects to find nothing.
  public func mend(from cursor: MendCursor = .start, steps: Int = .max) async throws(QueueError) -> (
    repairs: [Repair], next: MendCursor
  ) {
    var repairs: [Repair] = []
    var cursor = cursor
    var left = steps
    repeat {
      if let walk = cursor.walks.popLast() {
        repairs += try await take(walk, &cursor)
      } else {
        repairs += try await scan(&cursor)
      }
      left -= 1
    } while !cursor.isAtEnd && left > 0
    repairs += try await mend("mend_counters", [])
    repairs += try await mendHeld()
    return (repairs, cursor.isAtEnd ? .start : cursor)
  }

  /// Sets right what jobs hold of limits and budgets, and drops what is over: of each user that clients name there is
  /// something. A million jobs at most, or fields; what is left comes with the next call.
  private func mendHeld() async throws(QueueError) -> [Repair] {
    var repairs: [Repair] = []
    for _ in 0..<2000 {
      guard let found = try await perform(step("mend_held")).array, let more = found.first?.string else {
        throw .unexpectedReply(step: "mend_held")
      }
      repairs += self.repairs(in: found.dropFirst())
      if more == "0" { break }
    }
    return repairs
  }

  /// Looks at the next members of an index.
  private func take(_ walk: MendCursor.Walk, _ cursor: inout MendCursor) async throws(QueueError) -> [Repair]
  {
    var command = step("mend_index")
    command.append(walk.index)
    command.append(walk.rank)
    command.append(MendCursor.membersAtOnce)
    command.append(retention.jobs.wholeMilliseconds)
    guard let found = try await perform(command).array, let next = found.first?.integer else {
      throw .unexpectedReply(step: "mend_index")
    }
    if next >= 0 { cursor.walks.append(MendCursor.Walk(index: walk.index, rank: Int(next))) }
    return repairs(in: found.dropFirst())
  }

  /// Looks at the next keys.
  private func scan(_ cursor: inout MendCursor) async throws(QueueError) -> [Repair] {
    let keys: [String]
    (keys, cursor.scan) = try await scan(from: cursor.scan ?? "0")
    var repairs: [Repair] = []
    for (prefix, step) in [("leader:", "mend_leaders"), ("j:", "mend_jobs"), ("q:", "mend_tenants")] {
      let subjects = keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      if !subjects.isEmpty { repairs += try await mend(step, subjects) }
    }
    let parts = keys.filter(MendCursor.isPartOfJob)
    if !parts.isEmpty { repairs += try await mend("mend_leftovers", parts) }
    cursor.walks += keys.filter(MendCursor.isIndex).map { MendCursor.Walk(index: $0) }
    return repairs
  }

  private func mend(_ name: String, _ subjects: [String]) async throws(QueueError) -> [Repair] {
    var command = step(name)
    for subject in subjects { command.append(subject) }
    guard let found = try await perform(command).array else { throw .unexpectedReply(step: name) }
    return repairs(in: found[...])
  }

  private func repairs(in found: ArraySlice<RESPValue>) -> [Repair] {
    stride(from: found.startIndex, to: found.endIndex - 1, by: 2).compactMap { index in
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
