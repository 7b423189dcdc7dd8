import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// Answers that are told while they come.
struct AskingStream: Sendable {
  let desk: JobDesk

  /// How long a stream's first piece is awaited before the response begins: an error that comes sooner has its own
  /// status.
  private static let patience = Duration.seconds(10)

  /// What has become of the admission.
  private struct Start {
    let job: JobResource
    let headers: HTTPFields
    let limit: RateLimitStates?
  }

  func reply(
    in form: Question.Form, _ pending: PendingJob, by client: Client, _ call: Call
  ) async throws(Problem) -> Reply {
    let start = try await begin(pending, by: client, call)
    switch form {
    case .native where start.job.areEventsGone: throw .gone(.events(start.job.id))
    case .native: return events(start, by: client, call)
    case .streamed(let writer): return try await written(by: writer, start, for: client, call)
    // Asked whole.
    case .written, .later: throw .internalError
    }
  }

  private func begin(_ pending: PendingJob, by client: Client, _ call: Call) async throws(Problem)
    -> Start
  {
    var headers = EventStream.headers
    switch try await desk.admit(pending, of: call) {
    case .queued(let created, let cache, let limit):
      headers[.cacheStatus] = cache.rawValue
      desk.lost.accepted(pending.admission.id, created: created)
      try await call.admitted(pending.admission.id, client, desk)
      return Start(
        job: pending.resource(created: created), headers: headers, limit: limit)
    case .answered(let source, let result, let created, let limit):
      headers[.cacheStatus] = CacheStatus.hit.rawValue
      var job = JobResource(answered: pending.admission, created: created, result: result)
      if !pending.admission.recordsCacheHit, pending.admission.idempotency == nil { job = job.named(source) }
      return Start(job: job, headers: headers, limit: limit)
    case .replayed(let id):
      headers[.idempotencyReplayed] = "true"
      let (job, limit) = try await desk.read(id, for: client)
      if job.isGone { throw .gone(.answer(id)) }
      return Start(job: job, headers: headers, limit: limit)
    }
  }

  /// The job's own events, with which a client can go on elsewhere.
  private func events(_ start: Start, by client: Client, _ call: Call) -> Reply {
    let job = start.job
    var headers = start.headers
    headers[.location] = job.path
    let events = JobEventStream(
      desk: desk, client: client, stream: EventStream(channel: call.channel, trail: call.trail),
      trail: call.trail)
    return Reply(
      .ok,
      content: .stream { writer in
        try await events.write(of: job, desk.reader(of: job.id, for: client), to: &writer)
      }, headers: headers, limit: start.limit)
  }

  // MARK: - In the form of another API

  private func written(
    by writer: any StreamedAnswerWriter, _ start: Start, for client: Client, _ call: Call
  ) async throws(Problem) -> Reply {
    var headers = start.headers
    if let type = writer.contentType { headers[.contentType] = type }
    headers[.sluiceJob] = start.job.id.rawValue
    let answered = AnsweredJob(id: start.job.id, created: start.job.created, requestID: call.id)
    let stream = AnswerStream(
      desk: desk, client: client, stream: EventStream(channel: call.channel, trail: call.trail),
      job: start.job.id, writer: writer.stream(of: answered), trail: call.trail)
    if let body = start.job.result {
      call.trail.ended(body)
      return try reply(stream, body, headers, start.limit)
    }
    // Clients of other APIs know no way to go on with a stream.
    var reader = desk.reader(of: start.job.id, for: client, isResumable: false)
    let first = writer.beginsAtOnce ? [] : try await firstPiece(&reader, call.trail)
    if first.contains(where: { $0.kind == .whole }) {
      guard let body = try await desk.read(start.job.id, for: client).job.result else { throw .internalError }
      call.trail.ended(body)
      return try reply(stream, body, headers, start.limit)
    }
    headers.setTarget(of: first)
    return Reply(
      .ok,
      content: .stream { [reader] writer in
        var stream = stream
        do { try await stream.write(first, reader, to: &writer) } catch {
          // The client is gone.
          if call.cancelsOnDisconnect { _ = try? await desk.cancel(start.job.id, for: client) }
          throw error
        }
      }, headers: headers, limit: start.limit)
  }

  /// An answer that is there already, as a stream.
  private func reply(
    _ stream: AnswerStream, _ body: ByteBuffer, _ headers: HTTPFields, _ limit: RateLimitStates?
  ) throws(Problem) -> Reply {
    guard let result = StoredResult(body) else { throw .internalError }
    var headers = headers
    headers.set(result)
    return Reply(
      .ok,
      content: .stream { writer in
        var stream = stream
        try await stream.write(result, to: &writer)
      }, headers: headers, limit: limit)
  }

  /// The events up to the first that the client sees. Throws when that is the job's failure.
  private func firstPiece(
    _ reader: inout EventReader, _ trail: RequestTrail
  ) async throws(Problem) -> [JobEvent] {
    let end = ContinuousClock.now + Self.patience
    var events: [JobEvent] = []
    while true {
      let left = end - .now
      guard left > .zero, case .events(let more) = try await reader.next(within: left) else { return events }
      events += more
      for event in more {
        switch event.kind {
        case .error(let failure):
          trail.ended(failure)
          throw .failed(storedError: failure)
        case .delta, .whole, .done: return events
        case .status, .restart: continue
        }
      }
    }
  }
}
