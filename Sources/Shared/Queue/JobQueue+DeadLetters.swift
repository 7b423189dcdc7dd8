import NIOCore

/// A job or delivery that failed for good, for an operator.
public struct DeadLetter: Sendable {
  public let job: JobRecord
  /// The job whose end a delivery should have told of; nil for a request, and for a notice.
  public let deliveredJob: JobID?
}

/// What a worker needs to tell of a job's end.
public struct Delivery: Sendable {
  public let url: String
  public let job: JobRecord
}

/// What became of a dead letter that was to be requeued.
public enum Requeueing: Sendable, Hashable {
  case queued
  /// There is no such dead letter.
  case absent
  /// What is left of a hard budget that counts it does not pay for it. It stays a dead letter.
  case overBudget
}

extension JobQueue {
  /// Jobs and deliveries of all tenants that failed for good, the newest first.
  public func deadLetters(before: JobID?, count: Int) async throws(QueueError) -> Page<DeadLetter> {
    var command = step("dead_letters")
    command.append(count)
    command.append(before?.rawValue ?? "")
    guard let elements = try await perform(command).array, let next = elements.first?.string else {
      throw .unexpectedReply(step: "dead_letters")
    }
    var letters = elements.dropFirst().compactMap { element -> DeadLetter? in
      guard let fields = element.array, fields.count == 2, let job = JobRecord(fields[0]) else { return nil }
      return DeadLetter(job: job, deliveredJob: fields[1].string.flatMap(JobID.init(rawValue:)))
    }
    // Those of which nobody may be told yet come later.
    if letters.contains(where: \.job.isUntold), await !isAcknowledged() {
      letters.removeAll(where: \.job.isUntold)
    }
    return Page(elements: letters, next: JobID(rawValue: next))
  }

  /// Whose a job or delivery is; nil when there is none of that id.
  public func tenant(of id: JobID) async throws(QueueError) -> String? {
    try await perform(RedisCommand("HGET", "\(base):j:\(id)", "t")).string
  }

  /// Where a job's end is to be told, and the job; nil when either is gone.
  public func delivery(of id: JobID) async throws(QueueError) -> Delivery? {
    var command = step("delivery")
    command.append(id.rawValue)
    guard let fields = try await perform(command).array else { throw .unexpectedReply(step: "delivery") }
    guard fields.count == 2, let url = fields[0].string, let job = JobRecord(fields[1]) else { return nil }
    // Its client is told no sooner than others.
    if job.isUntold { try await requireAcknowledged() }
    return Delivery(url: url, job: job)
  }
}
