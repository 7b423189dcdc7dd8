import HTTPTypes
import NIOCore
import Shared

/// The events of a kept response for a client that comes back for them.
struct ResponseResumption: Sendable {
  let desk: ResponseDesk
  let response: KeptResponse
  let client: Client
  let call: Call

  /// Those behind the number `after`; all where there is none.
  func reply(after: Int64?) async throws(Problem) -> Reply {
    guard response.isStreamed else {
      throw Call.invalid(
        "query", "stream", "The response was not asked with stream: true; read it without stream")
    }
    let job = JobResource(response.job)
    let writer = response.writer(response.members).events(
      of: job.id, created: job.created, after: after ?? -1)
    var headers = EventStream.headers
    headers[.sluiceJob] = job.id.rawValue
    let bytes = job.state.isTerminal ? try await ended(job, writer, after: after) : nil
    let stream = EventStream(channel: call.channel, trail: call.trail)
    return Reply(
      .ok,
      content: .stream { [desk, client, call] body in
        if let bytes {
          if bytes.readableBytes > 0 { try await stream.write(bytes, to: &body) }
          return try await body.finish(nil)
        }
        var answers = AnswerStream(
          desk: desk.jobs, client: client, stream: stream, job: job.id, writer: writer, trail: call.trail)
        // From the first event on: numbers are counted by those before them. A client knows no other way to go on.
        let reader = desk.jobs.reader(of: job.id, for: client, isResumable: false)
        try await answers.write([], reader, to: &body)
      }, headers: headers)
  }

  private func ended(
    _ job: JobResource, _ writer: ResponseEventWriter, after: Int64?
  ) async throws(Problem) -> ByteBuffer {
    let log = try await desk.log(of: response, for: client)
    guard log != nil || after == nil else {
      throw Call.invalid(
        "query", "starting_after", "The events of this response are gone; read it without stream")
    }
    var (writer, bytes) = (writer, ByteBuffer())
    // What is gone can be told as if it had come in one piece.
    (log ?? ResponseLog(events: [])).write(job, by: &writer, to: &bytes)
    if let after, after >= writer.count {
      throw Call.invalid(
        "query", "starting_after", "The last event of this response is number \(writer.count - 1)")
    }
    return bytes
  }
}
