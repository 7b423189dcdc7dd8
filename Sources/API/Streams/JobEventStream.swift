import HummingbirdCore
import NIOCore
import Shared

/// A job's events as its client reads them: `status`, `delta`, `restart`, `error`, `done`.
struct JobEventStream: Sendable {
  let desk: JobDesk
  let client: Client
  let stream: EventStream
  /// Of who asks and waits; nil for one who only watches.
  var trail: RequestTrail?

  /// Writes what the reader brings until the job has ended. A stream that ends without `done` is gone on with by
  /// its client, with its Last-Event-ID.
  @concurrent
  func write(
    of job: JobResource, _ reader: EventReader, to writer: inout any ResponseBodyWriter
  ) async throws {
    var reader = reader
    var deltas = JobDeltaReader()
    // `whole` and `done` come in one step, and one reading of the job serves both.
    var ended: JobResource?
    while true {
      var bytes = ByteBuffer()
      let step: EventReader.Step
      do throws(Problem) { step = try await reader.next(within: EventStream.heartbeat) } catch {
        // Its client comes back and is told by the status.
        guard case .gone = error else { throw error }
        return try await writer.finish(nil)
      }
      switch step {
      case .events(let events):
        for event in events { try await write(event, of: job, &deltas, &ended, to: &bytes) }
      case .quiet: bytes.writeComment("waiting")
      case .over: return try await writer.finish(nil)
      }
      try await stream.write(bytes, to: &writer)
      if let trail, case .events(let events) = step { trail.note(events) }
    }
  }

  private func write(
    _ event: JobEvent, of job: JobResource, _ deltas: inout JobDeltaReader, _ ended: inout JobResource?,
    to bytes: inout ByteBuffer
  ) async throws {
    switch event.kind {
    case .status(let status):
      bytes.writeEvent(number: event.number, name: "status", job.at(status).json)
    case .delta(let delta):
      let shown = deltas.shown(deltas.delta(of: delta))
      bytes.writeEvent(number: event.number, name: "delta", shown)
    case .whole:
      let whole = try await desk.readOnceReachable(job.id, for: client)
      ended = whole
      let delta = whole.result.flatMap(StoredResult.init)?.answer.delta ?? AnswerDelta()
      bytes.writeEvent(number: event.number, name: "delta", deltas.shown(delta))
    case .restart:
      bytes.writeEvent(number: event.number, name: "restart", ByteBuffer(string: "{}"))
    case .error(let failure):
      bytes.writeEvent(number: event.number, name: "error", failure)
    case .done:
      let end = if let ended { ended } else { try await desk.readOnceReachable(job.id, for: client) }
      if let body = end.result ?? end.failure { trail?.ended(body) }
      bytes.writeEvent(number: event.number, name: "done", end.json)
    }
  }
}
