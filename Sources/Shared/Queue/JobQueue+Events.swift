public import NIOCore

extension JobQueue {
  /// The most events of one page: what one step reads stays short.
  static let eventsAtOnce = 256
  /// The bytes after which a page ends, so that no reader holds much of a log at once. One event may have more.
  static let eventBytesAtOnce = 1 << 20

  /// What has happened to a tenant's job since the event `number`; nil when there is no such job. With a channel,
  /// what comes will be announced there.
  public func events(
    of id: JobID, tenant: String, after number: Int, announceTo channel: String?
  ) async throws(QueueError) -> EventPage? {
    var command = quietStep("events")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(number)
    command.append(Self.eventsAtOnce)
    command.append(channel ?? "")
    command.append(retention.jobs.wholeMilliseconds)
    command.append(Self.eventBytesAtOnce)
    guard let elements = try await perform(command).array else { throw .unexpectedReply(step: "events") }
    guard let view = elements.first else { return nil }
    if let job = JobRecord(view), job.areEventsGone { return EventPage(job: job, events: [], hasMore: false) }
    guard let job = JobRecord(view), elements.count >= 2, let more = elements[1].integer else {
      throw .unexpectedReply(step: "events")
    }
    let events = try elements.dropFirst(2).map { (element) throws(QueueError) in
      guard let fields = element.array, fields.count == 3, let number = fields[0].integer,
        let kind = fields[1].string, let payload = fields[2].buffer,
        let event = JobEvent(number: Int(number), kind: kind, payload: payload)
      else { throw .unexpectedReply(step: "events") }
      return event
    }
    // What a failover may undo is not told: the next events would have these numbers again, and be passed over.
    guard await mayTell(job.isUntold || !job.state.isTerminal && !events.isEmpty) else {
      return EventPage(job: job.isUntold ? job.withoutEnd : job, events: [], hasMore: false)
    }
    return EventPage(job: job, events: events, hasMore: more == 1)
  }

  /// Adds a piece of the answer, written by a ``JobDeltaWriter``, to a job's events. `number` counts the pieces of this
  /// attempt from 1: one that is there already is not added twice. Where replicas are waited for, readers are told once
  /// these have it.
  public func append(
    _ delta: ByteBuffer, number: Int, to lease: Lease
  ) async throws(QueueError) -> Settlement {
    var command = quietStep("append", lease)
    command.append(number)
    command.append(delta)
    guard let acknowledging else { return try await settle(command, step: "append") }
    let reply = try await perform(command, acknowledgedBy: acknowledging)
    guard let settlement = Settlement(reply.value) else { throw .unexpectedReply(step: "append") }
    guard settlement == .recorded else { return settlement }
    guard reply.isAcknowledged else { return .unacknowledged }
    var telling = step("tell_piece")
    telling.append(lease.id.rawValue)
    // Readers look again: a message may be lost.
    _ = try? await perform(telling)
    return .recorded
  }

  /// How many events each of these jobs has, for readers whose announcements may have been lost.
  public func eventCounts(of ids: [JobID]) async throws(QueueError) -> [Int] {
    guard !ids.isEmpty else { return [] }
    var command = step("event_counts")
    for id in ids { command.append(id.rawValue) }
    let counts = try await perform(command).array?.compactMap(\.integer) ?? []
    guard counts.count == ids.count else { throw .unexpectedReply(step: "event_counts") }
    return counts.map { Int($0) }
  }
}
