import NIOCore

/// A job as its readers see it.
public struct JobRecord: Sendable {
  public let id: JobID
  public let tenant: String
  public private(set) var state: JobState
  /// Nil for a delivery, whose lane no client can choose.
  public let lane: Lane?
  public let model: String
  public let attempts: Int
  /// Unix milliseconds by Redis' clock, as all times here.
  public let created: Int64
  public let started: Int64?
  public private(set) var finished: Int64?
  /// A JSON object; nil when the client gave none.
  public let metadata: ByteBuffer?
  /// ``JobResult/encoded()`` of a job that succeeded, ``JobFailure/encoded()`` of one that failed.
  public private(set) var body: ByteBuffer?
  /// Whether the answer came from the cache.
  public let isCached: Bool
  /// Whether the answer came from another job's call.
  public let isCoalesced: Bool
  /// Whether the answer has given way to new work; the job stands for its idempotency key still.
  public let isGone: Bool
  /// Whether its event log has.
  public let areEventsGone: Bool
  /// The id of the key that made it; nil for `SERVICE_API_KEY`.
  public let key: String?
  /// Whether it has ended and it is not known whether replicas have that.
  let isUntold: Bool

  /// Reads what the function `view` of read.lua returns; nil for anything else.
  init?(_ view: RESPValue) {
    guard let fields = view.array, fields.count == 17,
      let id = fields[0].string.flatMap(JobID.init(rawValue:)),
      let state = fields[1].string.flatMap(JobState.init), let model = fields[3].string,
      let attempts = fields[4].string.flatMap(Int.init),
      let created = fields[5].string.flatMap(Int64.init), let tenant = fields[10].string
    else { return nil }
    self.id = id
    self.tenant = tenant
    self.state = state
    lane = fields[2].string.flatMap(Lane.init)
    self.model = model
    self.attempts = attempts
    self.created = created
    started = fields[6].string.flatMap(Int64.init)
    finished = fields[7].string.flatMap(Int64.init)
    isCached = fields[8].string == "1"
    isCoalesced = fields[9].string == "1"
    metadata = fields[11].buffer
    body = fields[12].buffer
    isGone = fields[13].string == "1"
    areEventsGone = fields[14].string == "gone"
    isUntold = fields[15].string == "1"
    key = fields[16].string.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The job as it is for all who may not be told of its end yet.
  var withoutEnd: JobRecord {
    var job = self
    (job.state, job.finished, job.body) = (started == nil ? .queued : .running, nil, nil)
    return job
  }
}
