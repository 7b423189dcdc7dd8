import NIOCore

/// A job as JSON for clients, in answers and in webhooks. Results and failures are passed on as they are stored, without decoding.
public struct JobResource: Sendable {
  public private(set) var id: JobID
  public private(set) var state: JobState
  /// Nil for a delivery, which no client submits.
  public private(set) var lane: Lane?
  public private(set) var model: String
  public private(set) var attempts: Int
  /// Unix milliseconds.
  public private(set) var created: Int64
  public private(set) var started: Int64?
  public private(set) var finished: Int64?
  /// A JSON object; nil stands for an empty one.
  public private(set) var metadata: ByteBuffer?
  public private(set) var result: ByteBuffer?
  public private(set) var failure: ByteBuffer?
  public private(set) var isCached: Bool
  public private(set) var isCoalesced = false

  /// A job that has just been admitted.
  public init(admitted admission: Admission, created: Int64) {
    self.init(
      id: admission.id, state: admission.delay > .zero ? .scheduled : .queued, lane: admission.lane,
      model: admission.model, attempts: 0,
      created: created, started: nil, finished: nil, metadata: admission.metadata, body: nil,
      isCached: false)
  }

  /// A job that the cache answered at once.
  public init(answered admission: Admission, created: Int64, result: ByteBuffer) {
    self.init(
      id: admission.id, state: .succeeded, lane: admission.lane, model: admission.model, attempts: 0,
      created: created, started: nil, finished: created, metadata: admission.metadata, body: result,
      isCached: true)
  }

  public init(_ record: JobRecord) {
    self.init(
      id: record.id, state: record.state, lane: record.lane, model: record.model,
      attempts: record.attempts, created: record.created, started: record.started,
      finished: record.finished, metadata: record.metadata, body: record.body, isCached: record.isCached)
    isCoalesced = record.isCoalesced
  }

  /// The job as it was at an event, before its end.
  public func at(_ status: JobEvent.Status) -> JobResource {
    JobResource(
      id: id, state: status.state, lane: lane, model: model, attempts: status.attempts, created: created,
      started: status.started, finished: nil, metadata: metadata, body: nil, isCached: false)
  }

  public init(
    id: JobID, state: JobState, lane: Lane?, model: String, attempts: Int, created: Int64, started: Int64?,
    finished: Int64?, metadata: ByteBuffer?, body: ByteBuffer?, isCached: Bool
  ) {
    self.id = id
    self.state = state
    self.lane = lane
    self.model = model
    self.attempts = attempts
    self.created = created
    self.started = started
    self.finished = finished
    self.metadata = metadata
    result = state == .succeeded ? body : nil
    failure = state == .failed ? body : nil
    self.isCached = isCached
  }

  public var path: String { "/jobs/\(id)" }

  private var priority: String { lane.map { "\"\($0.rawValue)\"" } ?? "null" }

  public var json: ByteBuffer {
    var json = ByteBuffer()
    json.reserveCapacity(
      512 + (metadata?.readableBytes ?? 0) + (result?.readableBytes ?? failure?.readableBytes ?? 0))
    json.writeString("{\"id\":\"\(id)\",\"status\":\"\(state.rawValue)\"")
    json.writeString(",\"created_at\":\"\(Timestamp.format(unixMilliseconds: created))\"")
    json.writeTime("started_at", started)
    json.writeTime("finished_at", finished)
    json.writeString(",\"attempts\":\(attempts),\"priority\":\(priority),\"model\":")
    json.writeJSON(model)
    json.writeStaticString(",\"metadata\":")
    json.writeImmutableBuffer(metadata ?? ByteBuffer(string: "{}"))
    json.writeStaticString(",\"result\":")
    if let result {
      json.writeAnswer(opening: "", isCached: isCached, result)
    } else {
      json.writeStaticString("null")
    }
    json.writeStaticString(",\"error\":")
    json.writeImmutableBuffer(failure ?? ByteBuffer(string: "null"))
    json.writeString(",\"links\":{\"self\":\"\(path)\",\"events\":\"\(path)/events\"}}")
    return json
  }
}

/// The answer of `/query` as JSON.
public enum QueryAnswer {
  public static func json(id: JobID, isCached: Bool, result: ByteBuffer) -> ByteBuffer {
    var json = ByteBuffer()
    json.reserveCapacity(result.readableBytes + 80)
    json.writeAnswer(opening: "\"id\":\"\(id)\",", isCached: isCached, result)
    return json
  }
}

extension ByteBuffer {
  fileprivate mutating func writeTime(_ name: String, _ time: Int64?) {
    let text = time.map { "\"\(Timestamp.format(unixMilliseconds: $0))\"" } ?? "null"
    writeString(",\"\(name)\":\(text)")
  }

  /// Writes a stored result with what differs from reader to reader put in front of its first member.
  fileprivate mutating func writeAnswer(opening: String, isCached: Bool, _ result: ByteBuffer) {
    writeString("{\(opening)\"cached\":\(isCached),")
    writeImmutableBuffer(
      result.getSlice(at: result.readerIndex + 1, length: result.readableBytes - 1) ?? result)
  }
}
