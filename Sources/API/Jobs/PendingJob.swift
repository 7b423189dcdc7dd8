import NIOCore
import Shared

/// A job on its way into the queue, with what is needed to judge it anew where the records of its client have changed.
///
/// It is large and goes through many hands, so it is a class; only one request has it.
final class PendingJob {
  private(set) var admission: Admission
  private(set) var client: Client
  /// The job that the same request has become before; nil where that is for the queue to say. Such a one is not admitted: it
  /// may lack what it goes on from.
  var replays: JobID?
  /// The name that the client asked for: an alias where it was one.
  let model: String
  /// Whether it waits for its budgets' next period.
  var isPutOff = false
  /// Nil once the queue has it: what was asked can be large, and many wait for long.
  private var order: JobOrder?

  /// With `isAwaited`, this process is told of the job's events and end on `channel`, and an answer from the cache needs no
  /// job of its own unless `recordsCacheHit`. Throws ``Problem`` where the client may not ask this.
  init(
    _ order: JobOrder, by client: Client, idempotencyKey: String?, channel: String?, recordsCacheHit: Bool,
    judge: RequestJudge
  ) throws(Problem) {
    var order = order
    model = order.request.model
    order.resolveAlias(by: judge.catalogs)
    order.takeLane(of: client.policy)
    let encoded = order.request.encoded()
    let demand = try judge.demand(of: order, by: client, bytes: order.storedBytes(encoded))
    admission = Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: client.tenant, lane: order.lane,
      model: order.request.model, request: order.marked(encoded, for: demand),
      metadata: order.recordedMetadataJSON,
      weight: client.share(of: order.request.estimatedTokens), expiresIn: order.expiresIn,
      delay: order.delay, replyChannel: channel, callbackURL: order.callbackURL?.text,
      cache: client.cacheUse(order.cache, of: encoded), recordsCacheHit: recordsCacheHit,
      idempotency: idempotencyKey.map {
        Idempotency(key: $0, owner: client.owner, order: order, request: encoded)
      },
      streaming: order.streaming, demand: demand, kept: order.kept, leavesNothing: order.leavesNothing)
    self.client = client
    self.order = order
  }

  /// Judges it by the records as they are now.
  func judgeAnew(by judge: RequestJudge) async throws(Problem) {
    guard let order else { throw .internalError }
    client = try await judge.renewed(client)
    let isMarked = admission.demand.isPricedOnly || order.thread != nil
    let encoded = isMarked ? order.request.encoded() : admission.request
    let demand = try judge.demand(of: order, by: client, bytes: order.storedBytes(encoded))
    admission = admission.judged(
      request: order.marked(encoded, for: demand), weight: client.share(of: order.request.estimatedTokens),
      cache: client.cacheUse(order.cache, of: encoded), demand: demand)
  }

  /// The job as its client is told of it once the queue has it.
  func resource(created: Int64) -> JobResource {
    JobResource(admitted: admission, created: created, isPutOff: isPutOff)
  }

  /// It is a part of a trace.
  func join(_ trace: JobTrace) { admission = admission.joined(to: trace) }

  /// The queue has it, or will not.
  func isSettled() {
    order = nil
    admission = admission.withoutContent
  }
}

extension JobOrder {
  /// How many bytes stand in Redis until the job ends: its request, and what is kept of it.
  fileprivate func storedBytes(_ request: ByteBuffer) -> Int {
    request.readableBytes + (kept?.body.readableBytes ?? 0)
  }

  /// What a worker has to know beside the request stands before it: answers are cached and shared without that.
  fileprivate func marked(_ request: ByteBuffer, for demand: Demand) -> ByteBuffer {
    StoredRequest.marked(request, isPricedOnly: demand.isPricedOnly, thread: thread)
  }
}

extension Client {
  /// What work costs of the tenant's turns: who has twice the share pays half.
  fileprivate func share(of tokens: Int) -> Int {
    policy.weight == 1 ? tokens : max(1, tokens / policy.weight)
  }

  fileprivate func cacheUse(_ mode: CacheMode, of request: ByteBuffer) -> CacheUse {
    guard mode != .off, let group = policy.cacheGroup else { return .off }
    let key = CacheKey.make(group: group, request: request)
    return mode == .use ? .use(key: key) : .refresh(key: key)
  }
}
