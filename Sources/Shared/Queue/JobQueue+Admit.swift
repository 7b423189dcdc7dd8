import NIOCore

extension JobQueue {
  /// Takes a job in: idempotency, cache, rate limits, bounds, storage and wake-up in one step.
  public func admit(_ admission: Admission) async throws(QueueError) -> AdmissionOutcome {
    var command = step("admit")
    command.append(admission.id.rawValue)
    command.append(admission.tenant)
    command.append(admission.lane.rawValue)
    command.append(admission.model)
    command.append(admission.request)
    command.append(admission.metadata ?? ByteBuffer())
    command.append(admission.weight)
    command.append(admission.expiresIn.wholeMilliseconds)
    command.append(admission.delay.wholeMilliseconds)
    command.append(admission.replyChannel ?? "")
    command.append(admission.callbackURL ?? "")
    command.append(retention.cache > .zero ? admission.cache.key : "")
    if case .use = admission.cache { command.append("use") } else { command.append("refresh") }
    command.append(retention.cache.wholeMilliseconds)
    command.append(admission.recordsCacheHit ? "1" : "0")
    command.append(admission.idempotency?.digest ?? "")
    command.append(admission.idempotency?.fingerprint ?? "")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(bounds.waitingJobs)
    command.append(bounds.waitingBytes)
    command.append(bounds.tenantJobs)
    command.append(bounds.tenantBytes)
    command.append(admission.streaming?.rawValue ?? "")
    command.append(Self.leaseDuration.wholeMilliseconds)
    command.append(admission.limits)
    return try outcome(of: try await perform(command))
  }

  private func outcome(of reply: RESPValue) throws(QueueError) -> AdmissionOutcome {
    let elements = reply.array ?? []
    switch elements.first?.string {
    case "admitted":
      guard elements.count >= 3, let created = elements[1].integer else { break }
      return .admitted(
        createdMilliseconds: created, sharesCall: elements[2].string == "1", RateLimitState(elements[3...]))
    case "hit":
      guard elements.count >= 4, let source = elements[1].string.flatMap(JobID.init(rawValue:)),
        let result = elements[2].buffer, let created = elements[3].integer
      else { break }
      return .cached(
        source: source, result: result, createdMilliseconds: created, RateLimitState(elements[4...]))
    case "replayed":
      guard elements.count == 2, let id = elements[1].string.flatMap(JobID.init(rawValue:)) else { break }
      return .replayed(id)
    case "conflict":
      return .keyReused
    case "limited":
      guard elements.count >= 2, let wait = elements[1].integer else { break }
      return .limited(retryAfter: .milliseconds(wait), RateLimitState(elements[2...]))
    case "full":
      guard elements.count == 2, let bound = elements[1].string.flatMap(AdmissionOutcome.Bound.init)
      else { break }
      return .full(bound)
    default:
      break
    }
    throw .unexpectedReply(step: "admit")
  }
}
