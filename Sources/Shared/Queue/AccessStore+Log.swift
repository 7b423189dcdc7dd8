import NIOCore

/// Steps that administrators take, each with its entry of the audit log.
extension AccessStore {
  /// Gives a dead letter a new life: new attempts, and as much time as it had at first. Where it is not queued nothing is
  /// logged. `entry` and what is thrown: as of ``change(_:entry:)``.
  public func requeue(
    _ id: JobID, entry: @Sendable (_ previous: String) -> AuditEntry
  ) async throws(QueueError) -> Requeueing {
    switch try await note("requeue", id, entry) {
    case 1: .queued
    case 2: .overBudget
    default: .absent
    }
  }

  /// Takes a dead letter off the list, and its request with it. False when there is no such dead letter; else as
  /// ``requeue(_:entry:)``.
  public func discard(
    _ id: JobID, entry: @Sendable (_ previous: String) -> AuditEntry
  ) async throws(QueueError) -> Bool {
    try await note("discard", id, entry) == 1
  }

  private func note(
    _ step: String, _ id: JobID, _ entry: @Sendable (String) -> AuditEntry
  ) async throws(QueueError) -> Int64 {
    let reply = try await logged(
      "access_noted", { $0.append(step) }, then: { $0.append(id.rawValue) }, entry: entry)
    guard reply.count == 2, let result = reply[1].integer else {
      throw .unexpectedReply(step: "access_noted")
    }
    return result
  }

  /// Takes a step that writes an entry behind the last one: again with a new one where another was faster. Its arguments stand
  /// before the entry, and `then` behind it.
  func logged(
    _ name: String, _ arguments: (inout RedisCommand) -> Void, then: (inout RedisCommand) -> Void = { _ in },
    entry: @Sendable (_ previous: String) -> AuditEntry
  ) async throws(QueueError) -> [RESPValue] {
    var last = try await queue.perform(RedisCommand("GET", queue.base + ":auditlast")).string ?? ""
    while true {
      let entry = entry(last)
      var command = queue.step(name)
      arguments(&command)
      command.append(last)
      command.append(entry.json)
      command.append(entry.digest)
      then(&command)
      let taken = command
      let reply = try await queue.withRoom { () throws(QueueError) in try await queue.change(taken) }
      let parts = reply.value.array ?? []
      if parts.count == 2, parts[0].string == "moved", let moved = parts[1].string {
        last = moved
        continue
      }
      guard reply.isAcknowledged || parts.first?.string != "done" else { throw .unacknowledged }
      return parts
    }
  }

  /// Throws ``QueueError/unacknowledged`` where replicas may lack what was written until now: what is gone may come back.
  public func requireAcknowledged() async throws(QueueError) {
    guard await queue.isAcknowledged() else { throw .unacknowledged }
  }
}
