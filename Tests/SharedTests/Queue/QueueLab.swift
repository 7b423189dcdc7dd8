import Logging
import NIOCore
import TestSupport

@testable import Shared

/// A queue on a Redis of a test's own.
struct QueueLab: Sendable {
  let server: RedisServer
  let redis: RedisClient
  let queue: JobQueue

  static func with(
    settings: [String: String] = [:], _ body: (QueueLab) async throws -> Void
  ) async throws {
    try await RedisServer.with { server in
      var configuration = try RedisConfiguration(url: server.url)
      // The tests of time-outs are the client's; here a busy machine must not matter.
      configuration.commandTimeout = Patience.command
      let redis = RedisClient(configuration: configuration, logger: Logger(label: "test"), purpose: "test")
      let environment = ProcessEnvironment(settings)
      let queue = JobQueue(
        redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await redis.run() }
        defer { group.cancelAll() }
        try await body(QueueLab(server: server, redis: redis, queue: queue))
      }
    }
  }

  /// A second client of the same Redis, for what blocks.
  func withSignal(_ body: (WorkSignal) async throws -> Void) async throws {
    var configuration = try RedisConfiguration(url: server.url)
    configuration.commandTimeout = Patience.command
    let redis = RedisClient(configuration: configuration, logger: Logger(label: "test"), purpose: "wake")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await redis.run() }
      defer { group.cancelAll() }
      try await body(WorkSignal(of: queue, redis: redis))
    }
  }

  // MARK: - Short forms

  func admission(
    tenant: String = "default", lane: Lane = .standard, prompt: String = "hello", weight: Int = 100,
    cache: CacheUse = .off, channel: String? = nil, records: Bool = true, expiresIn: Duration = .seconds(600),
    limits: [RateDemand] = [], demand: Demand? = nil, metadata: String? = nil, delay: Duration = .zero,
    callback: String? = nil, key: Idempotency? = nil, streaming: StreamMode? = nil,
    kept: KeptRequest? = nil, leavesNothing: Bool = false
  ) -> Admission {
    var taken = demand ?? Demand()
    taken.rates += limits
    return Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: tenant, lane: lane, model: "default",
      request: ByteBuffer(string: prompt), metadata: metadata.map { ByteBuffer(string: $0) }, weight: weight,
      expiresIn: expiresIn, delay: delay, replyChannel: channel, callbackURL: callback, cache: cache,
      recordsCacheHit: records, idempotency: key, streaming: streaming, demand: taken, kept: kept,
      leavesNothing: leavesNothing)
  }

  @discardableResult
  func admit(_ admission: Admission) async throws -> JobID {
    switch try await queue.admit(admission) {
    case .admitted, .putOff: return admission.id
    default: throw NotAdmitted()
    }
  }

  func claimOne(worker: String = "w") async throws -> ClaimedJob {
    guard let job = try await queue.claim(1, worker: worker).jobs.first else { throw NothingToClaim() }
    return job
  }

  func state(of id: JobID, tenant: String = "default") async throws -> JobState? {
    try await queue.read(id, tenant: tenant).job?.state
  }

  func result(_ text: String = "answer") -> JobResult {
    JobResult(
      response: text, provider: "p", model: "m", finishReason: .stop, usage: .zero, cost: .zero,
      latency: .zero, cascadePath: [])
  }

  /// A piece of an answer, as workers append it.
  func delta(_ text: String) -> ByteBuffer {
    var writer = JobDeltaWriter(as: .parts)
    return writer.encode(JobDelta(AnswerDelta(text)))
  }

  /// Ends a job's lease as if its worker had died long ago, while another lives.
  func loseWorker(_ worker: String, holding id: JobID) async throws {
    _ = try await queue.renew([], worker: "alive")
    _ = try await redis.send(RedisCommand("ZADD", "sluice:{0}:workers", "XX", "1", worker))
    try await letTimePass("lease", id)
  }

  /// Makes a job's lease or schedule end now.
  func letTimePass(_ set: String, _ id: JobID) async throws {
    _ = try await redis.send(RedisCommand("ZADD", "sluice:{0}:\(set)", "XX", "1", id.rawValue))
  }

  /// The keys below the queue's base that begin with one of these.
  func keys(beginning prefixes: [String]) async throws -> [String] {
    try await keys().filter { key in prefixes.contains { key.hasPrefix("sluice:{0}:\($0)") } }.sorted()
  }

  /// What must be gone once all jobs have ended.
  static let passing = [
    "q:", "ready:", "lanes", "lease", "scheduled", "deadlines", "w:", "f:", "leader:", "running", "parked",
    "open", "untold", "owed",
  ]

  func keys() async throws -> Set<String> {
    Set(try await redis.send(RedisCommand("KEYS", "*")).array?.compactMap(\.string) ?? [])
  }

  struct NotAdmitted: Error {}
  struct NothingToClaim: Error {}
}

extension Renewal {
  static let allHeld = Renewal(lost: [], over: [])
}

extension QueueLab {
  /// Returns once Redis' clock has gone on for so long.
  func untilRedisTime(isAfter duration: Duration) async throws {
    func now() async throws -> Int64 {
      let parts = try await redis.send(RedisCommand("TIME")).array?.compactMap {
        $0.string.flatMap(Int64.init)
      }
      guard let parts, parts.count == 2 else { throw NotAdmitted() }
      return parts[0] * 1000 + parts[1] / 1000
    }
    let start = try await now()
    while try await now() <= start + duration.wholeMilliseconds {
      // Only the clock of Redis says when it is; in between others may work.
      try await Task.sleep(for: .milliseconds(1))
    }
  }
}
