/// What waits for replicas, where the operator wants that (`REDIS_ACK_REPLICAS`).
extension JobQueue {
  /// Whether replicas have all that Redis had written when it was asked; true where nobody is to ask them. While they are
  /// away it is found out in half of a command's time.
  public func isAcknowledged() async -> Bool {
    guard let acknowledging else { return true }
    return await acknowledging.acknowledge()
  }

  /// How long ago an end was recorded at least of which a look tells: its own process is about to.
  private static let graceOfEnds = Duration.milliseconds(100)

  /// A step that tells clients nothing of what it does where replicas are waited for: ends that it comes upon are told by
  /// ``tellUntold()``, and what it adds to the events of jobs is found there.
  func quietStep(_ name: String) -> RedisCommand {
    step(acknowledging == nil ? name : name + "_untold")
  }

  /// Has ends told of which nobody was told yet, if replicas have them: those that a step came upon, such as deadlines and
  /// jobs that were lost with their workers, and those that were not acknowledged when they were recorded, or whose process
  /// is gone. Returns whether there were any; where replicas are not waited for there are none, and none is asked for.
  @discardableResult
  public func tellUntold() async throws(QueueError) -> Bool {
    guard acknowledging != nil else { return false }
    var command = step("untold_ends")
    command.append(Self.graceOfEnds.wholeMilliseconds)
    guard let ids = try await perform(command).array?.compactMap(\.string) else {
      throw .unexpectedReply(step: "untold_ends")
    }
    guard !ids.isEmpty, await isAcknowledged() else { return !ids.isEmpty }
    try await tell(ids)
    return true
  }

  /// Throws what says that too few replicas answer, unless they have all that was written; asks none where none is waited
  /// for.
  func requireAcknowledged() async throws(QueueError) {
    guard let acknowledging, await !isAcknowledged() else { return }
    throw QueueError(acknowledging.refusal)
  }

  /// Takes a step and waits until replicas have what it wrote. A cautious one is refused unsent where it is known that too
  /// few would have it.
  func perform(
    _ command: RedisCommand, acknowledgedBy client: AcknowledgedClient, isCautious: Bool = false
  ) async throws(QueueError) -> AcknowledgedClient.Reply {
    let start = times?.begin()
    defer { if let start { times?.end(command, begun: start) } }
    do throws(RedisError) {
      if rights.isDoubted { try await rights.allow(command) }
      return try await client.send(command, isCautious: isCautious)
    } catch {
      rights.note(error)
      guard error.isFunctionMissing else { throw QueueError(error) }
    }
    // Any step gives Redis the library.
    _ = try await perform(step("ready"))
    do throws(RedisError) { return try await client.send(command, isCautious: isCautious) } catch {
      throw QueueError(error)
    }
  }

  /// Takes a step that ends jobs and tells nobody; once replicas have it, all are told. `count` is that of the jobs, and
  /// `note` takes what is said of each.
  func settle(
    _ command: RedisCommand, count: Int, step: String, acknowledgedBy client: AcknowledgedClient,
    note: (Int, RESPValue) -> Void = { _, _ in }
  ) async throws(QueueError) -> [Settlement] {
    let reply = try await perform(command, acknowledgedBy: client)
    guard let elements = reply.value.array, elements.count == count + 1, let told = elements[count].array
    else { throw .unexpectedReply(step: step) }
    let settlements = elements.prefix(count).compactMap(Settlement.init)
    guard settlements.count == count else { throw .unexpectedReply(step: step) }
    for (index, element) in elements.prefix(count).enumerated() { note(index, element) }
    guard reply.isAcknowledged else {
      return settlements.map { $0 == .recorded ? .unacknowledged : $0 }
    }
    // Who waits looks again: a message may be lost.
    try? await tell(told.compactMap(\.string))
    return settlements
  }

  /// Takes a step that a client waits for, and that nobody takes again: it is refused unsent where it is known that too few
  /// replicas would have it.
  func change(_ command: RedisCommand) async throws(QueueError) -> AcknowledgedClient.Reply {
    guard let acknowledging else {
      return AcknowledgedClient.Reply(value: try await perform(command), isAcknowledged: true)
    }
    return try await perform(command, acknowledgedBy: acknowledging, isCautious: true)
  }

  func tell(_ ids: [String]) async throws(QueueError) {
    guard !ids.isEmpty else { return }
    var command = step("tell_ends")
    for id in ids { command.append(id) }
    _ = try await perform(command)
  }

  /// Whether an end may be told that was read: replicas must have it, which `mark` says is not known.
  func mayTell(_ mark: Bool) async -> Bool { mark ? await isAcknowledged() : true }
}
