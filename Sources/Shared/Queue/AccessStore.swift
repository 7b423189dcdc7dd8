import NIOCore

/// The records of tenants and keys in Redis, and the log of what administrators change. To it they are text; what reads and
/// writes them is ``Tenant`` and ``APIKey``.
public struct AccessStore: Sendable {
  let queue: JobQueue
  /// `sluice:{keys}:`, apart from all shards: which key has which digest.
  private let digests: String

  /// Beside the queue, on the same Redis.
  public init(_ queue: JobQueue) {
    self.queue = queue
    digests = queue.base.prefix { $0 != "{" } + "{keys}:"
  }

  // MARK: - Who is it

  /// The tenant and the key's id that a digest (hexadecimal) stands for; nil for one that nobody was given.
  public func owner(of digest: String) async throws(QueueError) -> (tenant: String, key: String)? {
    let stored = try await queue.perform(RedisCommand("GET", digests + digest)).string
    let parts = stored?.split(separator: " ") ?? []
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }

  /// The records by which a request is judged; an empty name asks for none. What is not there has no record.
  public func records(tenant: String, key: String) async throws(QueueError) -> (
    tenant: AccessRecord, key: AccessRecord
  ) {
    var command = queue.step("access")
    command.append(tenant)
    command.append(key)
    guard let parts = try await queue.perform(command).array, parts.count == 4 else {
      throw .unexpectedReply(step: "access")
    }
    return (
      try AccessRecord(id: tenant, parts[0], epoch: parts[1]),
      try AccessRecord(id: key, parts[2], epoch: parts[3])
    )
  }

  /// The epochs of many records in one step, and the time by Redis' clock (Unix milliseconds).
  public func epochs(of records: [AccessName]) async throws(QueueError) -> (now: Int64, epochs: [Int]) {
    var command = queue.step("access_epochs")
    for record in records { command.append(record.field) }
    let numbers = try await queue.perform(command).array?.compactMap(\.integer) ?? []
    guard numbers.count == records.count + 1 else { throw .unexpectedReply(step: "access_epochs") }
    return (numbers[0], numbers.dropFirst().map(Int.init))
  }

  /// As many keys as one step notes.
  private static let keysAtOnce = 500

  /// Notes when keys were used last (Unix milliseconds), for ``AccessRecord/lastUsedAt``.
  public func noteUse(_ times: [String: Int64]) async throws(QueueError) {
    for some in Array(times).chunks(of: Self.keysAtOnce) {
      var command = queue.step("access_used")
      for (key, time) in some {
        command.append(key)
        command.append(time)
      }
      _ = try await queue.perform(command)
    }
  }

  // MARK: - Administration

  /// Records in the order of their ids, behind `id`: as many as `count`, or fewer where they are large.
  public func list(_ index: AccessIndex, after id: String?, count: Int) async throws(QueueError) -> (
    records: [AccessRecord], hasMore: Bool
  ) {
    var command = queue.step("access_list")
    command.append(index.name)
    command.append(id ?? "")
    command.append(count)
    guard let parts = try await queue.perform(command).array, let more = parts.first?.string else {
      throw .unexpectedReply(step: "access_list")
    }
    let records = try parts.dropFirst().map { (part) throws(QueueError) in try AccessRecord(part) }
    return (records, more == "1")
  }

  /// Makes one change and its entry of the audit log, or neither. `entry` makes that of the digest of the one before, which
  /// is empty for the first; it is called again when another has written an entry in the meantime. Throws
  /// ``QueueError/unacknowledged`` where it is done, but too few replicas have it.
  ///
  /// A new key's digest is taken first, so that no key is there that nobody can use, and those of keys that are gone go last.
  public func change(
    _ change: AccessChange, entry: @Sendable (_ previous: String) -> AuditEntry
  ) async throws(QueueError) -> AccessOutcome {
    for digest in change.newDigests { try await name(digest, change) }
    let outcome = try await write(change, entry)
    let isDone = if case .done = outcome { true } else { false }
    let stale = isDone ? change.oldDigests : change.keepsDigests ? [] : change.newDigests
    for digest in stale {
      _ = try await queue.perform(RedisCommand("DEL", digests + digest))
    }
    if isDone, change.changesBudgets {
      // Else the janitor sees to it.
      let key = change.kind == "key" ? change.id : ""
      try? await reconsider(tenant: change.tenant, key: key, steps: Self.stepsAtOnce)
    }
    return outcome
  }

  /// Looks at fifty thousand jobs or so, in less than a second: somebody waits.
  private static let stepsAtOnce = 200

  private func write(
    _ change: AccessChange, _ entry: @Sendable (String) -> AuditEntry
  ) async throws(QueueError) -> AccessOutcome {
    while true {
      let reply = try await logged(
        "access_change", { change.append(to: &$0) },
        then: { command in
          for limit in change.limits { limit.append(to: &command) }
        }, entry: entry)
      if let outcome = AccessOutcome(reply) { return outcome }
      guard reply.first?.string == "leaving" else { throw .unexpectedReply(step: "access_change") }
      // Keys of a tenant of that id that was deleted would come back to life with the new one.
      try await sweep(change.id)
    }
  }

  private func name(_ digest: String, _ change: AccessChange) async throws(QueueError) {
    _ = try await queue.perform(RedisCommand("SET", digests + digest, "\(change.tenant) \(change.id)"))
  }

  /// Entries of the audit log, behind `place`: as many as `count`, or fewer where they are large.
  public func audit(
    after place: String?, count: Int, oldestFirst: Bool = false
  ) async throws(QueueError) -> (entries: [StoredAuditEntry], hasMore: Bool) {
    var command = queue.step("audit")
    command.append(place ?? "")
    command.append(count)
    command.append(oldestFirst ? "1" : "0")
    guard let parts = try await queue.perform(command).array, let more = parts.first?.string else {
      throw .unexpectedReply(step: "audit")
    }
    let entries = try parts.dropFirst().map { (entry) throws(QueueError) in
      guard let parts = entry.array, let place = parts.first?.string else {
        throw .unexpectedReply(step: "audit")
      }
      // One that somebody else wrote may lack all but its place. It must not hide the others.
      let json = parts.count > 1 ? parts[1].buffer : nil
      let digest = parts.count > 2 ? parts[2].string : nil
      return StoredAuditEntry(
        place: place, entry: AuditEntry(json: json ?? ByteBuffer(), digest: digest ?? ""))
    }
    return (entries, more == "1")
  }

  /// The digest of the newest entry, as it is noted beside the log; nil before the first.
  public func lastAuditDigest() async throws(QueueError) -> String? {
    let digest = try await queue.perform(RedisCommand("GET", queue.base + ":auditlast")).string
    return digest?.isEmpty == true ? nil : digest
  }
}
