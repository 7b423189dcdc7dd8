import NIOCore

/// What the API hands to the queue.
public struct Admission: Sendable {
  public var id: JobID
  public var tenant: String
  public var lane: Lane
  public var model: String
  /// ``JobRequest/encoded()``.
  public var request: ByteBuffer
  /// The client's metadata as a JSON object; nil when there is none.
  public var metadata: ByteBuffer?
  /// The work that is asked for, in estimated tokens; orders tenants fairly.
  public var weight: Int
  public var expiresIn: Duration
  /// The channel of the API process in which a caller waits; nil when nobody does.
  public var replyChannel: String?
  public var cache: CacheUse
  /// Whether an answer from the cache becomes a job that can be read by its own id.
  public var recordsCacheHit: Bool
  public var limits: [RateLimitRule]

  public init(
    id: JobID, tenant: String, lane: Lane, model: String, request: ByteBuffer, metadata: ByteBuffer?,
    weight: Int, expiresIn: Duration, replyChannel: String?, cache: CacheUse, recordsCacheHit: Bool,
    limits: [RateLimitRule]
  ) {
    self.id = id
    self.tenant = tenant
    self.lane = lane
    self.model = model
    self.request = request
    self.metadata = metadata
    self.weight = weight
    self.expiresIn = expiresIn
    self.replyChannel = replyChannel
    self.cache = cache
    self.recordsCacheHit = recordsCacheHit
    self.limits = limits
  }
}

/// What a request wants of the answer cache.
public enum CacheUse: Sendable, Hashable {
  /// Answer from the cache if it is there, else store the answer.
  case use(key: String)
  /// Ask anew and store the answer.
  case refresh(key: String)
  /// Neither.
  case off

  var key: String {
    switch self {
    case .use(let key), .refresh(let key): key
    case .off: ""
    }
  }
}

/// What became of an admission.
public enum AdmissionOutcome: Sendable {
  case admitted(createdMilliseconds: Int64, RateLimitState?)
  /// The cache had the answer. `source` is the job that made it, `result` ``JobResult/encoded()``.
  case cached(source: JobID, result: ByteBuffer, createdMilliseconds: Int64, RateLimitState?)
  case limited(retryAfter: Duration, RateLimitState?)
  case full
}

extension JobQueue {
  /// Takes a job in: cache, rate limits, bounds, storage and wake-up in one step.
  public func admit(_ admission: Admission) async throws(QueueError) -> AdmissionOutcome {
    var command = step("admit")
    command.append(admission.id.rawValue)
    command.append(admission.tenant)
    command.append(admission.lane.rawValue)
    command.append(admission.model)
    command.append(admission.request)
    command.append(admission.metadata ?? ByteBuffer())
    command.append(admission.weight)
    command.append(admission.expiresIn.wholeMilliseconds)
    command.append(admission.replyChannel ?? "")
    let usesCache = retention.cache > .zero
    command.append(usesCache ? admission.cache.key : "")
    if case .use = admission.cache { command.append("use") } else { command.append("refresh") }
    command.append(retention.cache.wholeMilliseconds)
    command.append(retention.jobs.wholeMilliseconds)
    command.append(retention.waitingJobs)
    command.append(retention.waitingBytes)
    command.append(admission.recordsCacheHit ? "1" : "0")
    command.append(admission.limits)
    return try outcome(of: try await perform(command))
  }

  private func outcome(of reply: RESPValue) throws(QueueError) -> AdmissionOutcome {
    let elements = reply.array ?? []
    switch elements.first?.string {
    case "admitted":
      guard elements.count >= 2, let created = elements[1].integer else { break }
      return .admitted(createdMilliseconds: created, RateLimitState(elements[2...]))
    case "hit":
      guard elements.count >= 4, let source = elements[1].string.flatMap(JobID.init(rawValue:)),
        let result = elements[2].buffer, let created = elements[3].integer
      else { break }
      return .cached(
        source: source, result: result, createdMilliseconds: created, RateLimitState(elements[4...]))
    case "limited":
      guard elements.count >= 2, let wait = elements[1].integer else { break }
      return .limited(retryAfter: .milliseconds(wait), RateLimitState(elements[2...]))
    case "full":
      return .full
    default:
      break
    }
    throw .unexpectedReply(step: "admit")
  }
}
