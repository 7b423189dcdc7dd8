import NIOCore

extension JobQueue {
  /// Takes jobs in, one after the other: idempotency, cache, limits, budgets, bounds, storage and hand-over or wake-up,
  /// in one step for all. Returns what became of each. When Redis is full, finished work gives way first.
  ///
  /// Where replicas are waited for and too few have it, what was written is ``AdmissionOutcome/unacknowledged``.
  public func admit(_ admissions: [Admission]) async throws(QueueError) -> [AdmissionOutcome] {
    try await admit(admissions, by: "admit")
  }

  /// Takes in jobs anew, under their ids, that a failover has lost; one that is there after all is
  /// ``AdmissionOutcome/replayed(_:)`` as itself.
  public func readmit(_ admissions: [Admission]) async throws(QueueError) -> [AdmissionOutcome] {
    try await admit(admissions, by: "readmit")
  }

  private func admit(
    _ admissions: [Admission], by name: String
  ) async throws(QueueError) -> [AdmissionOutcome] {
    var command = step(name)
    command.append(retention.jobs.wholeMilliseconds)
    command.append(retention.cache.wholeMilliseconds)
    command.append(bounds.waitingJobs)
    command.append(bounds.waitingBytes)
    command.append(bounds.tenantJobs)
    command.append(bounds.tenantBytes)
    command.append(Self.leaseDuration.wholeMilliseconds)
    command.append(retention.answers.wholeMilliseconds)
    for admission in admissions { append(admission, to: &command) }
    guard let acknowledging else { return try outcomes(of: admissions, try await performWithRoom(command)) }
    let reply = try await withRoom { () throws(QueueError) in
      try await perform(command, acknowledgedBy: acknowledging, isCautious: true)
    }
    let outcomes = try outcomes(of: admissions, reply.value)
    guard !reply.isAcknowledged else { return outcomes }
    return zip(admissions, outcomes).map { $1.isWritten(for: $0) ? .unacknowledged : $1 }
  }

  private func outcomes(
    of admissions: [Admission], _ reply: RESPValue
  ) throws(QueueError) -> [AdmissionOutcome] {
    let replies = reply.array ?? []
    guard replies.count == admissions.count else { throw .unexpectedReply(step: "admit") }
    var outcomes: [AdmissionOutcome] = []
    outcomes.reserveCapacity(replies.count)
    for (admission, reply) in zip(admissions, replies) {
      guard let outcome = AdmissionOutcome(reply, of: admission.demand) else {
        throw .unexpectedReply(step: "admit")
      }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// ``admit(_:)-([Admission])`` for one job.
  public func admit(_ admission: Admission) async throws(QueueError) -> AdmissionOutcome {
    try await admit([admission])[0]
  }

  /// Counts a request that becomes no job in its client's limits of requests: it is ``AdmissionOutcome/admitted``, limited or
  /// stale as a job would be. `demand` has such limits alone, and one at least.
  public func count(_ demand: Demand, of tenant: String) async throws(QueueError) -> AdmissionOutcome {
    var command = step("count_request")
    command.append(tenant)
    command.append(demand.packed)
    guard let outcome = AdmissionOutcome(try await perform(command), of: demand) else {
      throw .unexpectedReply(step: "count_request")
    }
    return outcome
  }

  /// What an idempotency key stands for already; nil when for nothing. An admission finds out, too, but only who knows it
  /// before need not read what its request goes on from.
  ///
  /// Where replicas are waited for and too few have that job, it throws ``QueueError/unacknowledged``.
  public func known(_ idempotency: Idempotency) async throws(QueueError) -> KnownKey? {
    var command = step("known")
    command.append(idempotency.digest)
    command.append(idempotency.fingerprint)
    guard let elements = try await perform(command).array else { throw .unexpectedReply(step: "known") }
    switch elements.first?.string {
    case nil where elements.isEmpty: return nil
    case "conflict": return .reused
    case "replayed":
      guard elements.count == 2, let id = elements[1].string.flatMap(JobID.init(rawValue:)) else {
        throw .unexpectedReply(step: "known")
      }
      guard await isAcknowledged() else { throw .unacknowledged }
      return .replayed(id)
    default: throw .unexpectedReply(step: "known")
    }
  }

  private func append(_ admission: Admission, to command: inout RedisCommand) {
    command.append(admission.id.rawValue)
    command.append(admission.tenant)
    command.append(admission.lane.rawValue)
    command.append(admission.model)
    if let trace = admission.trace {
      var request = trace.stored
      request.writeImmutableBuffer(admission.request)
      command.append(request)
    } else {
      command.append(admission.request)
    }
    command.append(admission.metadata ?? ByteBuffer())
    command.append(admission.weight)
    command.append(admission.expiresIn.wholeMilliseconds)
    command.append(admission.delay.wholeMilliseconds)
    command.append(admission.replyChannel ?? "")
    command.append(admission.callbackURL ?? "")
    command.append(retention.cache > .zero ? admission.cache.key : "")
    if case .use = admission.cache { command.append("use") } else { command.append("refresh") }
    command.append(admission.recordsCacheHit ? "1" : "0")
    command.append(admission.idempotency?.digest ?? "")
    command.append(admission.idempotency?.fingerprint ?? "")
    command.append(admission.streaming?.rawValue ?? "")
    command.append(admission.demand.packed)
    if let kept = admission.kept {
      command.append(kept.words(for: retention.responses))
    } else {
      command.append(admission.leavesNothing ? "-" : "")
    }
  }
}

extension AdmissionOutcome {
  /// Whether a job stands in the queue that may be lost: one of before, too, which may not have been acknowledged then.
  fileprivate func isWritten(for admission: Admission) -> Bool {
    switch self {
    case .admitted, .putOff, .replayed: true
    case .cached: admission.recordsCacheHit || admission.idempotency != nil
    case .keyReused, .limited, .full, .overBudget, .stale, .conversation, .unacknowledged: false
    }
  }

  /// Reads the answer to one order; nil for anything else.
  fileprivate init?(_ reply: RESPValue, of demand: Demand) {
    if let words = reply.buffer {
      self.init(admitted: words)
      return
    }
    let elements = reply.array ?? []
    guard var words = elements.first?.buffer else { return nil }
    switch words.readWord() ?? String(buffer: words) {
    case "hit":
      guard elements.count == 2, let source = words.readWord().flatMap(JobID.init(rawValue:)),
        let created = words.readNumber(), let result = elements[1].buffer
      else { return nil }
      self = .cached(source: source, result: result, createdMilliseconds: created, RateLimitStates(&words))
    case "replayed":
      guard elements.count == 2, let id = elements[1].string.flatMap(JobID.init(rawValue:)) else {
        return nil
      }
      self = .replayed(id)
    case "conflict":
      self = .keyReused
    case "limited":
      guard elements.count >= 4, let wait = elements[1].integer,
        let rate = (elements[2].string == "tokens" ? demand.tokens : demand.requests)[number: elements[3]]
      else { return nil }
      self = .limited(by: rate, retryAfter: .milliseconds(wait), RateLimitStates(elements[4...]))
    case "full":
      guard elements.count == 2, let bound = AdmissionOutcome.Bound(elements[1], of: demand) else {
        return nil
      }
      self = .full(bound)
    case "over":
      guard elements.count == 2, let budget = demand.budgets[number: elements[1]] else { return nil }
      self = .overBudget(budget)
    case "stale":
      guard elements.count == 2, let now = elements[1].integer else { return nil }
      self = .stale(now: now)
    case "conversation":
      guard elements.count == 2, let refusal = elements[1].string.flatMap(ConversationRefusal.init) else {
        return nil
      }
      self = .conversation(refusal)
    default:
      return nil
    }
  }

  /// `admitted <created> <1 when it follows another's call, 2 when it is put off> <limits>`.
  private init?(admitted words: ByteBuffer) {
    var words = words
    guard words.readWord() == "admitted", let created = words.readNumber(), let follows = words.readNumber()
    else { return nil }
    let states = RateLimitStates(&words)
    self =
      follows == 2
      ? .putOff(createdMilliseconds: created, states)
      : .admitted(createdMilliseconds: created, sharesCall: follows == 1, states)
  }
}

extension AdmissionOutcome.Bound {
  fileprivate init?(_ reply: RESPValue, of demand: Demand) {
    switch reply.string {
    case "queue": self = .queue
    case "tenant": self = .tenant
    default:
      guard let queued = demand.queued[number: reply] else { return nil }
      self = .limit(queued)
    }
  }
}

extension Array {
  /// The element of that number, as Lua counts: from 1.
  fileprivate subscript(number reply: RESPValue) -> Element? {
    guard let number = reply.integer, (1...Int64(Swift.max(count, 1))).contains(number), !isEmpty else {
      return nil
    }
    return self[Int(number) - 1]
  }
}
