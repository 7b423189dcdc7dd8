/// Whether a worker's step took effect.
public enum Settlement: Sendable, Hashable {
  case recorded
  /// Another worker has claimed the job since, or it has ended: nothing was changed.
  case stale
  /// It was recorded, but too few replicas say that they have it, and nobody was told: the step is to be taken again.
  case unacknowledged
}

/// What a cancellation found.
public enum Cancellation: Sendable, Hashable {
  case cancelled
  case hasEnded(JobState)
  /// There is no such job of this tenant.
  case absent
}

extension JobQueue {
  /// Records jobs' answers, their usage and, where they may be cached, their cache entries, in one step; offers the
  /// jobs' slots where nothing is queued. All are of one worker and one offer, or none. Returns what became of each.
  public func complete(_ completions: [Completion]) async throws(QueueError) -> [Settlement] {
    var command = quietStep("complete")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(retention.cacheBytes)
    command.append(completions.first?.offer?.rawValue ?? "")
    command.append(completions.first?.lease.worker ?? "")
    for completion in completions {
      command.append(completion.lease.id.rawValue)
      command.append(completion.lease.fence)
      command.append(completion.result)
      command.append(completion.isCacheable ? "1" : "0")
      command.append(completion.provider)
      command.append(completion.model)
      command.append(completion.promptTokens)
      command.append(completion.completionTokens)
      command.append(completion.cost.rawValue)
      command.append(completion.kinds)
      command.append(completion.sinceFirstToken)
    }
    if let acknowledging {
      return try await settle(
        command, count: completions.count, step: "complete", acknowledgedBy: acknowledging
      ) { index, reply in completions[index].take(reply) }
    }
    let replies = try await perform(command).array ?? []
    let settlements = replies.compactMap(Settlement.init)
    guard settlements.count == completions.count else { throw .unexpectedReply(step: "complete") }
    for (completion, reply) in zip(completions, replies) { completion.take(reply) }
    return settlements
  }

  /// ``complete(_:)`` for one job.
  public func complete(
    _ lease: Lease, with result: JobResult, isCacheable: Bool, offer: SlotOffer? = nil
  ) async throws(QueueError) -> Settlement {
    try await complete([Completion(of: lease, with: result, isCacheable: isCacheable, offer: offer)])[0]
  }

  /// Records that a job failed for good, and keeps it for an operator if it is a dead letter.
  /// - Parameters:
  ///   - purchase: what it cost all the same.
  ///   - slot: where it is left what the step says of the job.
  public func fail(
    _ lease: Lease, with failure: JobFailure, after purchase: Purchase? = nil,
    telling slot: JobAccountSlot? = nil
  ) async throws(QueueError) -> Settlement {
    var command = quietStep("fail", lease)
    command.append(failure.encoded())
    command.append(retention.jobs.wholeMilliseconds)
    command.append(failure.isDeadLetter ? "1" : "0")
    command.append(purchase?.words ?? "")
    if let acknowledging {
      return try await settle(command, count: 1, step: "fail", acknowledgedBy: acknowledging) {
        slot?.take($1)
      }[0]
    }
    return try await settle(command, step: "fail") { slot?.take($0) }
  }

  /// Puts a job aside for `delay`. An attempt that asked no provider is not counted.
  /// - Parameters:
  ///   - purchase: what the attempt cost all the same.
  ///   - slot: where it is left whose the job is, where something was bought.
  public func retry(
    _ lease: Lease, after delay: Duration, countsAttempt: Bool, bought purchase: Purchase? = nil,
    telling slot: JobAccountSlot? = nil
  ) async throws(QueueError) -> Settlement {
    var command = quietStep("retry", lease)
    command.append(delay.wholeMilliseconds)
    command.append(countsAttempt ? "1" : "0")
    command.append(purchase?.words ?? "")
    return try await settle(command, step: "retry") { slot?.take($0) }
  }

  /// Says what was bought for a job that its worker has given up. Where it was cancelled meanwhile that is all that its end
  /// lacks: what it held is given back, and its record of usage written. Returns whether it was so; every job that was
  /// cancelled while it ran is settled, also one for which nothing was bought. `slot` is left whose it was.
  @discardableResult
  public func settle(
    _ lease: Lease, bought purchase: Purchase?, telling slot: JobAccountSlot? = nil
  ) async throws(QueueError) -> Bool {
    var command = step("settle_job")
    command.append(lease.id.rawValue)
    command.append(lease.fence)
    command.append(lease.worker)
    command.append(purchase?.words ?? "")
    command.append(retention.jobs.wholeMilliseconds)
    return try await settle(command, step: "settle_job") { slot?.take($0) } == .recorded
  }

  /// Whether a job that was cancelled is settled: its worker has said what it has bought, or is known to be lost.
  public func isSettled(_ id: JobID) async throws(QueueError) -> Bool {
    try await perform(RedisCommand("HEXISTS", "\(base):j:\(id)", "ow")).integer != 1
  }

  /// Records that a delivery has reached its client.
  public func completeDelivery(_ lease: Lease) async throws(QueueError) -> Settlement {
    try await complete([Completion(ofDelivery: lease)])[0]
  }

  /// Ends a job at its tenant's wish, whatever it is doing. A worker that runs it is told to stop. Where that was not
  /// acknowledged (``QueueError/unacknowledged``), it may be cancelled again.
  public func cancel(_ id: JobID, tenant: String) async throws(QueueError) -> Cancellation {
    var command = quietStep("cancel")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(retention.jobs.wholeMilliseconds)
    let reply = try await change(command)
    guard acknowledging != nil else { return try Cancellation(reply.value) }
    guard let parts = reply.value.array, parts.count == 2, let untold = parts[1].array else {
      throw .unexpectedReply(step: "cancel")
    }
    let cancellation = try Cancellation(parts[0])
    if case .absent = cancellation { return .absent }
    guard reply.isAcknowledged else { throw .unacknowledged }
    // Who waits looks again: a message may be lost.
    try? await tell(untold.compactMap(\.string))
    return cancellation
  }

  /// ``quietStep(_:)`` of a lease.
  func quietStep(_ name: String, _ lease: Lease) -> RedisCommand {
    var command = quietStep(name)
    command.append(lease.id.rawValue)
    command.append(lease.fence)
    command.append(lease.worker)
    return command
  }

  func settle(
    _ command: RedisCommand, step: String, note: (RESPValue) -> Void = { _ in }
  ) async throws(QueueError) -> Settlement {
    let reply = try await perform(command)
    guard let settlement = Settlement(reply) else { throw .unexpectedReply(step: step) }
    note(reply)
    return settlement
  }
}

extension Cancellation {
  /// Reads what the step `cancel` returns.
  fileprivate init(_ reply: RESPValue) throws(QueueError) {
    let words = reply.array?.compactMap(\.string) ?? []
    switch (words.first, words.last.flatMap(JobState.init)) {
    case ("cancelled", _): self = .cancelled
    case ("absent", _): self = .absent
    case ("ended", let state?): self = .hasEnded(state)
    default: throw .unexpectedReply(step: "cancel")
    }
  }
}

extension Settlement {
  init?(_ reply: RESPValue) {
    switch reply.integer {
    case 1: self = .recorded
    case 0: self = .stale
    // What is told of the job.
    case nil where reply.buffer != nil: self = .recorded
    default: return nil
    }
  }
}
