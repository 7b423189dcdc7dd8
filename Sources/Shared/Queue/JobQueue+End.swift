/// Whether a worker's step took effect.
public enum Settlement: Sendable, Hashable {
  case recorded
  /// Recorded, and the slot that the job has left is offered for the next.
  case recordedAndOffered
  /// Another worker has claimed the job since, or it has ended: nothing was changed.
  case stale
}

/// What a cancellation found.
public enum Cancellation: Sendable, Hashable {
  case cancelled
  case hasEnded(JobState)
  /// There is no such job of this tenant.
  case absent
}

extension JobQueue {
  /// Records a job's answer, its usage and, when it may be cached, its cache entry, in one step; offers its slot
  /// where an offer is given and nothing is queued.
  public func complete(
    _ lease: Lease, with result: JobResult, isCacheable: Bool, offer: SlotOffer? = nil
  ) async throws(QueueError) -> Settlement {
    var command = step("complete", lease)
    command.append(result.encoded())
    command.append(retention.jobs.wholeMilliseconds)
    command.append(isCacheable ? "1" : "0")
    command.append(retention.cacheBytes)
    command.append(result.provider)
    command.append(result.model)
    command.append(result.usage.promptTokens)
    command.append(result.usage.completionTokens)
    command.append(result.cost.rawValue)
    command.append(offer?.rawValue ?? "")
    return try await settle(command, step: "complete")
  }

  /// Records that a job failed for good.
  public func fail(_ lease: Lease, with failure: JobFailure) async throws(QueueError) -> Settlement {
    var command = step("fail", lease)
    command.append(failure.encoded())
    command.append(retention.jobs.wholeMilliseconds)
    return try await settle(command, step: "fail")
  }

  /// Puts a job aside for `delay`. An attempt that asked no provider is not counted.
  public func retry(
    _ lease: Lease, after delay: Duration, countsAttempt: Bool
  ) async throws(QueueError) -> Settlement {
    var command = step("retry", lease)
    command.append(delay.wholeMilliseconds)
    command.append(countsAttempt ? "1" : "0")
    return try await settle(command, step: "retry")
  }

  /// Records that a delivery has reached its client.
  public func completeDelivery(_ lease: Lease) async throws(QueueError) -> Settlement {
    var command = step("complete", lease)
    command.append("")
    command.append(retention.jobs.wholeMilliseconds)
    command.append("0")
    command.append(retention.cacheBytes)
    return try await settle(command, step: "complete")
  }

  /// Ends a job at its tenant's wish, whatever it is doing. A worker that runs it is told to stop.
  public func cancel(_ id: JobID, tenant: String) async throws(QueueError) -> Cancellation {
    var command = step("cancel")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(retention.jobs.wholeMilliseconds)
    let reply = try await perform(command).array?.compactMap(\.string) ?? []
    switch (reply.first, reply.last.flatMap(JobState.init)) {
    case ("cancelled", _): return .cancelled
    case ("absent", _): return .absent
    case ("ended", let state?): return .hasEnded(state)
    default: throw .unexpectedReply(step: "cancel")
    }
  }

  func step(_ name: String, _ lease: Lease) -> RedisCommand {
    var command = step(name)
    command.append(lease.id.rawValue)
    command.append(lease.fence)
    return command
  }

  func settle(_ command: RedisCommand, step: String) async throws(QueueError) -> Settlement {
    switch try await perform(command).integer {
    case 1: return .recorded
    case 2: return .recordedAndOffered
    case 0: return .stale
    default: throw .unexpectedReply(step: step)
    }
  }
}
