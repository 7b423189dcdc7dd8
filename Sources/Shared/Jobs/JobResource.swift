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
  public private(set) var isCoalesced: Bool
  /// Whether its answer, or its event log, has given way to new work.
  public private(set) var isGone: Bool
  public private(set) var areEventsGone: Bool

  public init(
    id: JobID, state: JobState, lane: Lane?, model: String, attempts: Int, created: Int64, started: Int64?,
    finished: Int64?, metadata: ByteBuffer?, body: ByteBuffer?, isCached: Bool, isCoalesced: Bool = false,
    isGone: Bool = false, areEventsGone: Bool = false
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
    self.isCoalesced = isCoalesced
    self.isGone = isGone
    self.areEventsGone = areEventsGone
  }

  /// The same under the id of the job that made its answer.
  public func named(_ id: JobID) -> JobResource {
    var job = self
    job.id = id
    return job
  }

  public var path: String { "/jobs/\(id)" }

  public var json: ByteBuffer {
    let size = (metadata?.readableBytes ?? 0) + (result?.readableBytes ?? failure?.readableBytes ?? 0)
    var json = JSONWriter(capacity: 512 + size)
    write(to: &json)
    return json.buffer
  }

  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("id", id.rawValue)
      json.member("status", state.rawValue)
      json.member("created_at", Timestamp.format(unixMilliseconds: created))
      json.member("started_at", started.map(Timestamp.format(unixMilliseconds:)))
      json.member("finished_at", finished.map(Timestamp.format(unixMilliseconds:)))
      json.member("attempts", Int64(attempts))
      json.member("priority", lane?.rawValue)
      json.member("model", model)
      json.name("metadata")
      if let metadata { json.write(json: metadata) } else { json.object { _ in } }
      json.name("result")
      if let result { json.write(result, of: nil, isCached: isCached) } else { json.writeNull() }
      json.name("error")
      if let failure { json.write(json: failure) } else { json.writeNull() }
      json.name("links")
      json.object { links in
        links.member("self", path)
        links.member("events", path + "/events")
      }
    }
  }
}

/// The answer of `/query` as JSON.
public enum QueryAnswer {
  public static func json(id: JobID, isCached: Bool, result: ByteBuffer) -> ByteBuffer {
    var json = JSONWriter(capacity: result.readableBytes + 80)
    json.write(result, of: id, isCached: isCached)
    return json.buffer
  }
}

extension JSONWriter {
  /// Writes a stored result with what differs from reader to reader in front of its members.
  fileprivate mutating func write(_ result: ByteBuffer, of id: JobID?, isCached: Bool) {
    object { json in
      if let id { json.member("id", id.rawValue) }
      json.name("cached")
      json.write(isCached)
      json.members(of: StoredResult.shown(result))
    }
  }
}
