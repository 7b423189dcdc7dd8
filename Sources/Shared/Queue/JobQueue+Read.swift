import NIOCore

/// A job as its tenant may see it.
public struct JobRecord: Sendable {
  public let id: JobID
  public let state: JobState
  public let lane: Lane
  public let model: String
  public let attempts: Int
  /// Unix milliseconds by Redis' clock, as all times here.
  public let created: Int64
  public let started: Int64?
  public let finished: Int64?
  /// A JSON object; nil when the client gave none.
  public let metadata: ByteBuffer?
  /// ``JobResult/encoded()`` of a job that succeeded, ``JobFailure/encoded()`` of one that failed.
  public let body: ByteBuffer?
  /// Whether the answer came from the cache.
  public let isCached: Bool
}

/// How a job ended, as announced to those who wait.
public struct JobEnd: Sendable {
  public let id: JobID
  public let state: JobState
  /// The result or failure; empty for other ends.
  public let body: ByteBuffer

  init(id: JobID, state: JobState, body: ByteBuffer) {
    self.id = id
    self.state = state
    self.body = body
  }

  /// Reads an announcement: id, state and body with single spaces between. Nil for anything else.
  public init?(announcement: ByteBuffer) {
    var message = announcement
    guard let idText = message.readString(length: 40), let id = JobID(rawValue: idText),
      message.readInteger(as: UInt8.self) == UInt8(ascii: " "),
      let space = message.readableBytesView.firstIndex(of: UInt8(ascii: " ")),
      let state = message.readString(length: space - message.readerIndex).flatMap(JobState.init)
    else { return nil }
    message.moveReaderIndex(forwardBy: 1)
    self.init(id: id, state: state, body: message)
  }
}

/// How full the queue is.
public struct QueueStatistics: Sendable, Hashable {
  /// Jobs that have not ended, and the bytes of their requests.
  public let openJobs: Int
  public let openBytes: Int
  public let running: Int
  public let scheduled: Int
  public let dead: Int
  /// Workers that gave a sign of life lately.
  public let workers: Int

  /// Jobs in a lane.
  public var queued: Int { max(0, openJobs - running - scheduled) }
}

extension JobQueue {
  /// A tenant's job, or nil when there is none of that id for this tenant. With a channel, the job's end
  /// will be announced there unless it has ended already.
  public func read(
    _ id: JobID, tenant: String, announceTo channel: String? = nil, limits: [RateLimitRule] = []
  ) async throws(QueueError) -> (job: JobRecord?, limit: RateLimitState?) {
    var command = step("read")
    command.append(id.rawValue)
    command.append(tenant)
    command.append(channel ?? "")
    command.append(limits)
    guard let elements = try await perform(command).array, let view = elements.first else {
      throw .unexpectedReply(step: "read")
    }
    let limit = RateLimitState(elements.dropFirst())
    guard let fields = view.array else { return (nil, limit) }
    return (try record(id, fields), limit)
  }

  private func record(_ id: JobID, _ fields: [RESPValue]) throws(QueueError) -> JobRecord {
    guard fields.count == 10, let state = fields[0].string.flatMap(JobState.init),
      let lane = fields[1].string.flatMap(Lane.init), let model = fields[2].string,
      let attempts = fields[3].string.flatMap(Int.init), let created = fields[4].string.flatMap(Int64.init)
    else { throw .unexpectedReply(step: "read") }
    return JobRecord(
      id: id, state: state, lane: lane, model: model, attempts: attempts, created: created,
      started: fields[5].string.flatMap(Int64.init), finished: fields[6].string.flatMap(Int64.init),
      metadata: fields[7].buffer, body: fields[8].buffer, isCached: fields[9].string == "1")
  }

  /// Which of these jobs have ended, for readers whose announcement may have been lost.
  /// A job of which nothing is left counts as expired.
  public func ended(among ids: [JobID]) async throws(QueueError) -> [JobEnd] {
    var command = step("ended")
    for id in ids { command.append(id.rawValue) }
    guard let elements = try await perform(command).array else { throw .unexpectedReply(step: "ended") }
    return elements.compactMap { element in
      guard let fields = element.array, fields.count == 3,
        let id = fields[0].string.flatMap(JobID.init(rawValue:)), let state = fields[1].string
      else { return nil }
      return JobEnd(
        id: id, state: JobState(rawValue: state) ?? .expired, body: fields[2].buffer ?? ByteBuffer())
    }
  }

  /// What is left of rate limits; takes nothing.
  public func limits(_ rules: [RateLimitRule]) async throws(QueueError) -> RateLimitState? {
    var command = step("limits")
    command.append(rules)
    return RateLimitState(try await perform(command).array?[...] ?? [])
  }

  public func statistics() async throws(QueueError) -> QueueStatistics {
    var command = step("statistics")
    command.append(Self.workerSilence.wholeMilliseconds)
    let numbers = try await perform(command).array?.compactMap(\.integer).map(Int.init) ?? []
    guard numbers.count == 6 else { throw .unexpectedReply(step: "statistics") }
    return QueueStatistics(
      openJobs: numbers[0], openBytes: numbers[1], running: numbers[2], scheduled: numbers[3],
      dead: numbers[4], workers: numbers[5])
  }
}
