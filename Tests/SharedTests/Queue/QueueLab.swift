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
    retention: [String: String] = [:], _ body: (QueueLab) async throws -> Void
  ) async throws {
    try await RedisServer.with { server in
      var configuration = try RedisConfiguration(url: server.url)
      // The tests of time-outs are the client's; here a busy machine must not matter.
      configuration.commandTimeout = .seconds(20)
      let redis = RedisClient(configuration: configuration, logger: Logger(label: "test"), purpose: "test")
      let queue = JobQueue(redis: redis, retention: try JobRetention(ProcessEnvironment(retention)))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await redis.run() }
        defer { group.cancelAll() }
        try await body(QueueLab(server: server, redis: redis, queue: queue))
      }
    }
  }

  /// A second client of the same Redis, for what blocks.
  func withSignal(_ body: (WorkSignal) async throws -> Void) async throws {
    let redis = RedisClient(
      configuration: try RedisConfiguration(url: server.url), logger: Logger(label: "test"), purpose: "wake")
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
    limits: [RateLimitRule] = [], metadata: String? = nil
  ) -> Admission {
    Admission(
      id: JobID(unixMilliseconds: Timestamp.now), tenant: tenant, lane: lane, model: "default",
      request: ByteBuffer(string: prompt), metadata: metadata.map { ByteBuffer(string: $0) }, weight: weight,
      expiresIn: expiresIn, replyChannel: channel, cache: cache, recordsCacheHit: records, limits: limits)
  }

  @discardableResult
  func admit(_ admission: Admission) async throws -> JobID {
    guard case .admitted = try await queue.admit(admission) else { throw NotAdmitted() }
    return admission.id
  }

  func claimOne() async throws -> ClaimedJob {
    guard let job = try await queue.claim(1).jobs.first else { throw NothingToClaim() }
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

  /// Makes a job's lease or schedule end now.
  func letTimePass(_ set: String, _ id: JobID) async throws {
    _ = try await redis.send(RedisCommand("ZADD", "sluice:{0}:\(set)", "XX", "1", id.rawValue))
  }

  func keys() async throws -> Set<String> {
    Set(try await redis.send(RedisCommand("KEYS", "*")).array?.compactMap(\.string) ?? [])
  }

  struct NotAdmitted: Error {}
  struct NothingToClaim: Error {}
}
