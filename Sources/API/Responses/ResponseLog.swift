import NIOCore
import Shared

/// What was told of a response that has ended, as its job's events have it.
struct ResponseLog: Sendable {
  let events: [JobEvent]

  /// The pieces of its answer.
  var deltas: [AnswerDelta] {
    var reader = JobDeltaReader()
    return events.compactMap { event in
      guard case .delta(let delta) = event.kind else { return nil }
      return reader.delta(of: delta)
    }
  }

  /// Writes all that its client was told, in the way of ``AnswerStream``.
  func write(_ job: JobResource, by writer: inout ResponseEventWriter, to bytes: inout ByteBuffer) {
    var (reader, hasDeltas) = (JobDeltaReader(), false)
    if writer.isBackground { writer.begin(to: &bytes) }
    for event in events {
      switch event.kind {
      case .status(let status): if status.state == .running { writer.run(to: &bytes) }
      case .delta(let delta):
        hasDeltas = true
        writer.write(reader.delta(of: delta), of: delta.target, to: &bytes)
      case .whole, .restart, .error, .done: continue
      }
    }
    do throws(Problem) {
      guard let result = StoredResult(try EndedJob(job).answer()) else { throw .internalError }
      if !hasDeltas {
        let target = Target(provider: result.provider, model: result.model)
        writer.write(result.answer.delta, of: target, to: &bytes)
      }
      writer.end(with: result, to: &bytes)
    } catch {
      writer.fail(with: error, to: &bytes)
    }
  }
}

extension ResponseDesk {
  /// What was told of a response; nil where that is gone.
  func log(of response: KeptResponse, for client: Client) async throws(Problem) -> ResponseLog? {
    if response.job.areEventsGone || !response.isStreamed { return nil }
    var events: [JobEvent] = []
    while true {
      let page: EventPage?
      do {
        page = try await jobs.queue.events(
          of: response.job.id, tenant: client.tenant, after: events.last?.number ?? 0, announceTo: nil)
      } catch { throw Problem(error) }
      guard let page, !page.job.areEventsGone else { return nil }
      events += page.events
      if !page.hasMore || page.events.isEmpty { return ResponseLog(events: events) }
    }
  }
}
