import NIOCore

/// A job in a worker's hands.
public struct ClaimedJob: Sendable {
  public let lease: Lease
  /// Attempts so far, this one included.
  public let attempts: Int
  /// The time until its deadline, when it was claimed.
  public let timeLeft: Duration
  /// How its answer is told while it comes; nil when nobody wants it bit by bit.
  public let streaming: StreamMode?
  /// ``JobRequest/encoded()``; of a notice, what ``NoticeTask`` reads. Nil for the delivery of a job's end, and when the stored
  /// request is gone.
  public let request: ByteBuffer?
  /// The job whose end a delivery tells of; nil for a request, and for a notice.
  public let deliveredJob: JobID?
  /// Its place in its client's trace; of a delivery, that of the job whose end it tells. Nil for one that is in none.
  public let trace: JobTrace?
  /// The time from its admission until it was claimed; nil for one that was handed over as it came.
  public var age: Duration?
  /// Whether the attempt before this one was put aside for it, and not ended by the loss of its worker.
  public var followsRetry = false

  /// `stored` is the request as it stands in the queue, behind the lines of a trace.
  init(
    lease: Lease, attempts: Int, timeLeft: Duration, streaming: StreamMode?, stored: ByteBuffer?,
    deliveredJob: JobID?
  ) {
    self.lease = lease
    self.attempts = attempts
    self.timeLeft = timeLeft
    self.streaming = streaming
    self.deliveredJob = deliveredJob
    guard var request = stored else {
      (self.request, trace) = (nil, nil)
      return
    }
    trace = JobTrace.take(from: &request)
    self.request = deliveredJob == nil ? request : nil
  }
}

/// What one claim brought.
public struct Claim: Sendable {
  public let jobs: [ClaimedJob]
  /// Whether queued work remains. The wake-up for it has been passed on.
  public let hasMore: Bool
  /// The time until a lease ends or a scheduled job is due, of which no wake-up tells; nil without one.
  public let nextDue: Duration?
}

/// Which leases a worker does not hold any more.
public struct Renewal: Sendable, Hashable {
  /// Their time ran out, and their jobs are left to others.
  public let lost: Set<Lease>
  /// Their jobs have ended or were put aside, by the worker's own step or at their tenants' wish.
  public let over: Set<Lease>
}

extension JobQueue {
  /// Takes jobs for a worker, lanes by weight and tenants in fair turns, after bringing back what is due.
  /// - Parameters:
  ///   - free: how many slots of the worker no job holds. That many jobs are taken at most, less those on their way.
  ///   - most: how many jobs are taken at most in any case.
  ///   - offer: where the free slots that are not filled are offered from then on.
  ///   - heard: how many jobs the worker has heard of by this offer.
  public func claim(
    _ free: Int, worker: String, atMost most: Int = .max, offer: SlotOffer? = nil, heard: Int = 0
  ) async throws(QueueError) -> Claim {
    var command = quietStep("claim")
    command.append(free)
    command.append(Self.leaseDuration.wholeMilliseconds)
    command.append(retention.jobs.wholeMilliseconds)
    command.append(worker)
    command.append(bounds.tenantRunning)
    command.append(most)
    command.append(offer?.rawValue ?? "")
    command.append(heard)
    guard let elements = try await perform(command).array, elements.count >= 2,
      let hasMore = elements[0].integer, let nextDue = elements[1].integer
    else { throw .unexpectedReply(step: "claim") }
    return Claim(
      jobs: try elements[2...].map { (element) throws(QueueError) in try claimedJob(element, of: worker) },
      hasMore: hasMore == 1, nextDue: nextDue < 0 ? nil : .milliseconds(nextDue))
  }

  private func claimedJob(_ reply: RESPValue, of worker: String) throws(QueueError) -> ClaimedJob {
    guard let fields = reply.array, fields.count >= 5,
      let id = fields[0].string.flatMap(JobID.init(rawValue:)), let fence = fields[1].integer,
      let attempts = fields[2].integer, let timeLeft = fields[3].integer
    else { throw .unexpectedReply(step: "claim") }
    var job = ClaimedJob(
      lease: Lease(id: id, fence: fence, worker: worker), attempts: Int(attempts),
      timeLeft: .milliseconds(timeLeft),
      streaming: fields[4].string.flatMap(StreamMode.init),
      stored: fields.count > 5 ? fields[5].buffer : nil,
      deliveredJob: fields.count > 6 ? fields[6].string.flatMap(JobID.init(rawValue:)) : nil)
    job.age = fields.count > 7 ? fields[7].integer.map { .milliseconds($0) } : nil
    job.followsRetry = fields.count > 8 && fields[8].string.flatMap(Int64.init) == attempts - 1
    return job
  }

  /// Gives a worker's sign of life and extends its leases. Returns those that it does not hold any more.
  public func renew(_ leases: [Lease], worker: String) async throws(QueueError) -> Renewal {
    var command = quietStep("renew")
    command.append(worker)
    command.append(Self.leaseDuration.wholeMilliseconds)
    command.append(Self.workerSilence.wholeMilliseconds)
    command.append(retention.jobs.wholeMilliseconds)
    command.append(leases)
    guard let held = try await perform(command).array, held.count == leases.count else {
      throw .unexpectedReply(step: "renew")
    }
    func those(told code: Int64) -> Set<Lease> {
      Set(zip(leases, held).compactMap { lease, reply in reply.integer == code ? lease : nil })
    }
    return Renewal(lost: those(told: 0), over: those(told: 2))
  }

  /// Gives a worker's jobs back to the front of their lanes, no attempt used up. Leases already lost are passed over; a job
  /// of whose answer a part has been sent fails, unless it may begin anew.
  /// - Parameter purchases: what was bought for them.
  public func release(
    _ leases: [Lease], bought purchases: [Lease: Purchase] = [:]
  ) async throws(QueueError) {
    guard !leases.isEmpty else { return }
    var command = quietStep("release")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(leases[0].worker)
    for lease in leases {
      command.append(lease.id.rawValue)
      command.append(lease.fence)
      command.append(purchases[lease]?.words ?? "")
    }
    _ = try await perform(command)
  }

  /// A worker that stops is no longer counted as alive.
  public func leave(worker: String) async throws(QueueError) {
    var command = step("leave")
    command.append(worker)
    _ = try await perform(command)
  }
}

extension RedisCommand {
  fileprivate mutating func append(_ leases: [Lease]) {
    for lease in leases {
      append(lease.id.rawValue)
      append(lease.fence)
    }
  }
}
