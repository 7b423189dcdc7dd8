import NIOCore

/// One page of a longer list.
public struct Page<Element: Sendable>: Sendable {
  public let elements: [Element]
  /// Where the next page begins; nil at the end.
  public let next: JobID?
}

extension JobQueue {
  /// A tenant's job, or nil when there is none of that id for this tenant. With a channel, the job's end
  /// will be announced there unless it has ended already.
  public func read(
    _ id: JobID, tenant: String, announceTo channel: String? = nil, limits: [RateDemand] = []
  ) async throws(QueueError) -> (job: JobRecord?, limits: RateLimitStates) {
    var command = quietStep("read")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(channel ?? "")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(limits.packed)
    guard let elements = try await perform(command).array, elements.count == 2, let view = elements.first
    else {
      throw .unexpectedReply(step: "read")
    }
    let limits = RateLimitStates(elements[1])
    guard view.array != nil else { return (nil, limits) }
    guard let job = JobRecord(view) else { throw .unexpectedReply(step: "read") }
    return (await mayTell(job.isUntold) ? job : job.withoutEnd, limits)
  }

  /// A tenant's jobs, the newest first. A page may be short of `count` before the end when few jobs are in
  /// the wanted state.
  public func list(
    tenant: String, state: JobState?, before: JobID?, count: Int
  ) async throws(QueueError) -> Page<JobRecord> {
    var command = step("list")
    command.append(tenant)
    command.append(count)
    command.append(state?.rawValue ?? "")
    command.append(before?.rawValue ?? "")
    guard let elements = try await perform(command).array, let next = elements.first?.string else {
      throw .unexpectedReply(step: "list")
    }
    var jobs = elements.dropFirst().compactMap(JobRecord.init)
    if jobs.contains(where: \.isUntold), await !isAcknowledged() {
      jobs = jobs.map { $0.isUntold ? $0.withoutEnd : $0 }
    }
    return Page(elements: jobs, next: JobID(rawValue: next))
  }

  /// Which of these jobs have ended, for readers whose announcement may have been lost, and which are not there: those may
  /// be about to be admitted. Bodies come along up to a megabyte in all; an end without its own is not ``JobEnd/isWhole``.
  public func ended(among ids: [JobID]) async throws(QueueError) -> JobLook {
    try await ended(among: ids, bodyBytes: 1 << 20, within: nil)
  }

  /// How a job has ended, with its body however large; nil when it has not, or is not there.
  public func end(of id: JobID) async throws(QueueError) -> JobEnd? {
    try await ended(among: [id], bodyBytes: 1 << 40, within: .seconds(10)).ends.first
  }

  private func ended(
    among ids: [JobID], bodyBytes: Int, within deadline: Duration?
  ) async throws(QueueError) -> JobLook {
    var command = step("ended")
    command.append(bodyBytes)
    for id in ids { command.append(id.rawValue) }
    guard let elements = try await perform(command, within: deadline).array else {
      throw .unexpectedReply(step: "ended")
    }
    var (look, untold): (JobLook, [JobEnd]) = (JobLook(), [])
    for element in elements {
      if let time = element.integer { look.droppedUntil = time }
      guard let fields = element.array, let id = fields.first?.string.flatMap(JobID.init(rawValue:)) else {
        continue
      }
      guard fields.count >= 3 else {
        look.absent.append(id)
        continue
      }
      guard let state = fields[1].string.flatMap(JobState.init) else { continue }
      let end = JobEnd(id: id, state: state, body: fields[2].buffer)
      if fields.count > 3, fields[3].string == "1" { untold.append(end) } else { look.ends.append(end) }
    }
    if !untold.isEmpty, await isAcknowledged() { look.ends += untold }
    return look
  }

  /// What is left of rate limits; takes nothing.
  public func limits(_ limits: [RateDemand]) async throws(QueueError) -> RateLimitStates {
    var command = step("limits")
    command.append(limits.packed)
    return RateLimitStates(try await perform(command))
  }

  public func statistics() async throws(QueueError) -> QueueStatistics {
    var command = step("statistics")
    command.append(Self.workerSilence.wholeMilliseconds)
    guard let statistics = QueueStatistics(try await perform(command)) else {
      throw .unexpectedReply(step: "statistics")
    }
    return statistics
  }
}
