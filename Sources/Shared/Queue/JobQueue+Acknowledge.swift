/// What waits for replicas, where the operator wants that (`REDIS_ACK_REPLICAS`).
extension JobQueue {
  /// Whether replicas have all that Redis had written when it was asked; true where nobody is to ask them. While they are
  /// away it is found out in half of a command's time.
  public func isAcknowledged() async -> Bool {
    guard let acknowledging else { return true }
    return await acknowledging.acknowledge()
  }

  /// Takes a step and waits until replicas have what it wrote. A cautious one is refused unsent where it is known that too
  /// few would have it.
  func perform(
    _ command: RedisCommand, acknowledgedBy client: AcknowledgedClient, isCautious: Bool = false
  ) async throws(QueueError) -> AcknowledgedClient.Reply {
    do throws(RedisError) { return try await client.send(command, isCautious: isCautious) } catch {
      guard error.isFunctionMissing else { throw QueueError(error) }
    }
    // Any step gives Redis the library.
    _ = try await perform(step("ready"))
    do throws(RedisError) { return try await client.send(command, isCautious: isCautious) } catch {
      throw QueueError(error)
    }
  }

  /// Takes a step that ends jobs and tells nobody; once replicas have it, all are told. `count` is that of the jobs.
  func settle(
    _ command: RedisCommand, count: Int, step: String, acknowledgedBy client: AcknowledgedClient
  ) async throws(QueueError) -> [Settlement] {
    let reply = try await perform(command, acknowledgedBy: client)
    guard let elements = reply.value.array, elements.count == count + 1, let told = elements[count].array
    else { throw .unexpectedReply(step: step) }
    let settlements = elements.prefix(count).compactMap(Settlement.init)
    guard settlements.count == count else { throw .unexpectedReply(step: step) }
    guard reply.isAcknowledged else {
      return settlements.map { $0 == .recorded ? .unacknowledged : $0 }
    }
    // Who waits looks again: a message may be lost.
    try? await tell(told.compactMap(\.string))
    return settlements
  }

  private func tell(_ ids: [String]) async throws(QueueError) {
    guard !ids.isEmpty else { return }
    var command = step("tell_ends")
    for id in ids { command.append(id) }
    _ = try await perform(command)
  }

  /// Whether an end may be told that was read: replicas must have it, which `mark` says is not known.
  func mayTell(_ mark: Bool) async -> Bool { mark ? await isAcknowledged() : true }
}
