import HummingbirdCore
import NIOCore
import Shared

/// A job's events as the stream that clients of another API read.
struct AnswerStream: Sendable {
  let desk: JobDesk
  let client: Client
  let stream: EventStream
  let job: JobID
  var writer: any StreamWriter
  let trail: RequestTrail

  private var isBegun = false
  private var deltas = JobDeltaReader()
  private var bytes = ByteBuffer()

  init(
    desk: JobDesk, client: Client, stream: EventStream, job: JobID, writer: any StreamWriter,
    trail: RequestTrail
  ) {
    self.desk = desk
    self.client = client
    self.stream = stream
    self.job = job
    self.writer = writer
    self.trail = trail
  }

  /// Writes an answer that is there already.
  @concurrent
  mutating func write(_ result: StoredResult, to response: inout any ResponseBodyWriter) async throws {
    writer.tell(result, to: &bytes)
    try await stream.write(bytes, to: &response)
    trail.pieceWasSent(of: nil)
    try await response.finish(nil)
  }

  /// Writes what the reader brings until the job has ended; `first` has been read already.
  @concurrent
  mutating func write(
    _ first: [JobEvent], _ reader: EventReader, to response: inout any ResponseBodyWriter
  ) async throws {
    var reader = reader
    var events = first
    if !first.contains(where: \.tellsOfAnswer) { writer.begin(to: &bytes) }
    while true {
      for event in events { try await add(event) }
      if bytes.readableBytes > 0 { try await stream.write(bytes, to: &response) }
      trail.note(events)
      bytes.clear()
      if events.last?.kind == .done { return try await response.finish(nil) }
      let step: EventReader.Step
      do throws(Problem) { step = try await reader.next(within: writer.patience) } catch {
        trail.broke()
        writer.breakOff(with: error, to: &bytes)
        try await stream.write(bytes, to: &response)
        return try await response.finish(nil)
      }
      switch step {
      case .events(let more): events = more
      case .quiet:
        events = []
        writer.goOn(&bytes)
      case .over:
        trail.broke()
        writer.breakOff(with: .unavailable(.draining, retryAfter: .seconds(1)), to: &bytes)
        try await stream.write(bytes, to: &response)
        return try await response.finish(nil)
      }
    }
  }

  // MARK: - Events

  private mutating func add(_ event: JobEvent) async throws {
    switch event.kind {
    case .delta(let delta):
      isBegun = true
      writer.write(deltas.delta(of: delta), of: delta.target, to: &bytes)
    case .done: try await end()
    // What is whole, and why it failed, stands in the job at its end.
    case .status(let status): if status.state == .running { writer.run(to: &bytes) }
    case .restart, .whole, .error: break
    }
  }

  private mutating func end() async throws {
    let ended = try await desk.readOnceReachable(job, for: client)
    if let body = ended.result ?? ended.failure { trail.ended(body) }
    do throws(Problem) {
      guard let result = StoredResult(try EndedJob(ended).answer()) else { throw .internalError }
      if isBegun { writer.end(with: result, to: &bytes) } else { writer.tell(result, to: &bytes) }
    } catch {
      trail.broke()
      writer.fail(with: error, to: &bytes)
    }
  }
}

extension JobEvent {
  /// Whether a piece of the answer, or its end, is told.
  fileprivate var tellsOfAnswer: Bool {
    switch kind {
    case .delta, .done: true
    case .status, .restart, .whole, .error: false
    }
  }
}
