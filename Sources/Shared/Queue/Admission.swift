import NIOCore

/// What the API hands to the queue.
///
/// It is large and goes through many hands, so it is a class: each of them would copy it.
public final class Admission: Sendable {
  public let id: JobID
  public let tenant: String
  public let lane: Lane
  public let model: String
  /// ``JobRequest/encoded()``.
  public let request: ByteBuffer
  /// The client's metadata as a JSON object; nil when there is none.
  public let metadata: ByteBuffer?
  /// The work that is asked for, in estimated tokens; orders tenants fairly.
  public let weight: Int
  /// How long the job may wait, from the end of its delay.
  public let expiresIn: Duration
  /// How long nobody may start it.
  public let delay: Duration
  /// The channel of the API process in which a caller waits; nil when nobody does.
  public let replyChannel: String?
  /// Where the job's end is told; nil when nowhere.
  public let callbackURL: String?
  public let cache: CacheUse
  /// Whether an answer from the cache becomes a job that can be read by its own id.
  public let recordsCacheHit: Bool
  public let idempotency: Idempotency?
  /// How the answer is told while it comes; nil when it is told whole.
  public let streaming: StreamMode?
  /// What it takes of limits and budgets.
  public let demand: Demand
  /// What is kept with the answer of a response; nil for one that is not kept.
  public let kept: KeptRequest?
  /// Whether nothing of what is asked and answered is to stay once its caller has the answer.
  public let leavesNothing: Bool
  /// Its place in its client's trace; nil for one that is in none.
  public let trace: JobTrace?

  public init(
    id: JobID, tenant: String, lane: Lane, model: String, request: ByteBuffer, metadata: ByteBuffer? = nil,
    weight: Int, expiresIn: Duration, delay: Duration = .zero, replyChannel: String? = nil,
    callbackURL: String? = nil, cache: CacheUse = .off, recordsCacheHit: Bool = false,
    idempotency: Idempotency? = nil, streaming: StreamMode? = nil, demand: Demand = Demand(),
    kept: KeptRequest? = nil, leavesNothing: Bool = false, trace: JobTrace? = nil
  ) {
    self.id = id
    self.tenant = tenant
    self.lane = lane
    self.model = model
    self.request = request
    self.metadata = metadata
    self.weight = weight
    self.expiresIn = expiresIn
    self.delay = delay
    self.replyChannel = replyChannel
    self.callbackURL = callbackURL
    self.cache = cache
    self.recordsCacheHit = recordsCacheHit
    self.idempotency = idempotency
    self.streaming = streaming
    self.demand = demand
    self.kept = kept
    self.leavesNothing = leavesNothing
    self.trace = trace
  }

  private convenience init(
    of other: Admission, request: ByteBuffer, weight: Int, cache: CacheUse, demand: Demand,
    kept: KeptRequest?, trace: JobTrace?
  ) {
    self.init(
      id: other.id, tenant: other.tenant, lane: other.lane, model: other.model, request: request,
      metadata: other.metadata, weight: weight, expiresIn: other.expiresIn, delay: other.delay,
      replyChannel: other.replyChannel, callbackURL: other.callbackURL, cache: cache,
      recordsCacheHit: other.recordsCacheHit, idempotency: other.idempotency, streaming: other.streaming,
      demand: demand, kept: kept, leavesNothing: other.leavesNothing, trace: trace)
  }

  /// The same job, judged by other records.
  public func judged(request: ByteBuffer, weight: Int, cache: CacheUse, demand: Demand) -> Admission {
    Admission(
      of: self, request: request, weight: weight, cache: cache, demand: demand, kept: kept, trace: trace)
  }

  /// The same job as a part of a trace.
  public func joined(to trace: JobTrace) -> Admission {
    Admission(
      of: self, request: request, weight: weight, cache: cache, demand: demand, kept: kept, trace: trace)
  }

  /// What is known of the job without what was asked.
  public var withoutContent: Admission {
    Admission(
      of: self, request: ByteBuffer(), weight: weight, cache: cache, demand: demand, kept: nil, trace: trace)
  }
}

extension Admission: Batchable {
  public var size: Int {
    request.readableBytes + (metadata?.readableBytes ?? 0) + (kept?.body.readableBytes ?? 0)
  }
}

/// What an `Idempotency-Key` stands for, without being it.
public struct Idempotency: Sendable, Hashable {
  /// A digest of tenant and key, in visible ASCII.
  public let digest: String
  /// A digest of the body that came with it.
  public let fingerprint: String

  public init(digest: String, fingerprint: String) {
    self.digest = digest
    self.fingerprint = fingerprint
  }
}

/// What an ``Idempotency`` stands for already.
public enum KnownKey: Sendable, Hashable {
  /// It came before, with this body: that job is the answer.
  case replayed(JobID)
  /// It came before with another body.
  case reused
}

/// What a request wants of the answer cache.
public enum CacheUse: Sendable, Hashable {
  /// Answer from the cache or by a call under way if there is one, else store the answer.
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
  /// `sharesCall` when an equal request of the tenant is under way, whose answer this job will have, too.
  case admitted(createdMilliseconds: Int64, sharesCall: Bool, RateLimitStates)
  /// What its budgets do not pay for now waits for their next period.
  case putOff(createdMilliseconds: Int64, RateLimitStates)
  /// The cache had the answer. `source` is the job that made it, `result` ``JobResult/encoded()``. It takes of limits of
  /// requests only.
  case cached(source: JobID, result: ByteBuffer, createdMilliseconds: Int64, RateLimitStates)
  /// The idempotency key came before, with this body: that job is the answer.
  case replayed(JobID)
  /// The idempotency key came before with another body.
  case keyReused
  /// A limit refuses it: of those that do, the one that does so longest.
  case limited(by: RateDemand, retryAfter: Duration, RateLimitStates)
  case full(Bound)
  /// What is spent and the most that the request can cost are over a hard budget, whose period ends as the demand says.
  case overBudget(BudgetDemand)
  /// It was judged by records that are others now, the key has expired, or Redis' clock stands outside of a budget's
  /// period: it is to be judged anew. With the time by Redis' clock (Unix milliseconds).
  case stale(now: Int64)
  /// The conversation in which the response is asked takes it not.
  case conversation(ConversationRefusal)
  /// It was written and may run, but too few replicas say that they have it: a failover may lose it.
  case unacknowledged

  /// Which bound has been reached.
  public enum Bound: Sendable, Hashable {
    /// `MAX_QUEUE` or `MAX_QUEUE_BYTES`.
    case queue
    /// `TENANT_MAX_QUEUE` or `TENANT_MAX_QUEUE_BYTES`.
    case tenant
    /// A limit of the tenant, the user or the key.
    case limit(QueuedDemand)
  }
}
