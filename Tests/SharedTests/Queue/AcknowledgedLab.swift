import Logging
import TestSupport
import Testing

@testable import Shared

/// A queue on a master with a replica, of whose writes nobody is told before the replica has them.
struct AcknowledgedLab: Sendable {
  let servers: ReplicatedRedis
  let lab: QueueLab
  let client: AcknowledgedClient

  var queue: JobQueue { lab.queue }

  /// The replica has half of `timeout` to answer.
  static func with(
    timeout: Duration = .seconds(4), _ body: (AcknowledgedLab) async throws -> Void
  ) async throws {
    try await ReplicatedRedis.with { servers in
      var configuration = try RedisConfiguration(url: servers.master.url)
      configuration.commandTimeout = timeout
      configuration.acknowledgingReplicas = 1
      let topology = RedisTopology(configuration, logger: .quiet)
      let redis = RedisClient(topology: topology, logger: .quiet, purpose: "test")
      guard let client = AcknowledgedClient(topology: topology, logger: .quiet, purpose: "test-ack") else {
        throw QueueLab.NotAdmitted()
      }
      let environment = ProcessEnvironment([:])
      let queue = JobQueue(
        redis: redis, acknowledging: client, retention: try JobRetention(environment),
        bounds: try QueueBounds(environment))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await topology.run() }
        group.addTask { try await redis.run() }
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        // Redis has the functions before anything is waited for, as it has when a process has started.
        try await queue.checkReady()
        try await body(
          AcknowledgedLab(
            servers: servers, lab: QueueLab(server: servers.master, redis: redis, queue: queue),
            client: client))
      }
    }
  }

  /// The replica answers nobody while `body` runs.
  func withoutReplica(_ body: () async throws -> Void) async throws {
    servers.replica.pause()
    do { try await body() } catch {
      servers.replica.resume()
      throw error
    }
    servers.replica.resume()
  }

  /// Two jobs whose callers listen; the second follows the call of the first.
  func admitTwoOfOneCall() async throws -> [JobID] {
    func admit() async throws -> JobID {
      try await lab.admit(lab.admission(cache: .use(key: "k"), channel: "mine"))
    }
    return [try await admit(), try await admit()]
  }

  /// Whether the replica has a job, now.
  func replicaHas(_ id: JobID) async throws -> Bool {
    try await RawConnection.words(servers.replicaPort, "EXISTS sluice:{0}:j:\(id)").first == ":1"
  }

  /// The same queue as a process has it that waits for no replica.
  var bold: JobQueue {
    JobQueue(redis: lab.redis, retention: queue.retention, bounds: queue.bounds)
  }

  /// Those of these jobs that are still marked as ends of which nobody was told.
  func marks(of ids: [JobID]) async throws -> [JobID] {
    var marked: [JobID] = []
    for id in ids {
      let mark = try await lab.redis.send(RedisCommand("HGET", "sluice:{0}:j:\(id)", "ua"))
      if mark.string != nil { marked.append(id) }
    }
    return marked
  }

  // MARK: - Outcomes

  func completeUnacknowledged(_ job: ClaimedJob) async throws {
    let settlement = try await queue.complete(job.lease, with: lab.result(), isCacheable: false)
    #expect(settlement == .unacknowledged)
  }

  func failUnacknowledged(_ job: ClaimedJob, with failure: JobFailure) async throws {
    let settlement = try await queue.fail(job.lease, with: failure)
    #expect(settlement == .unacknowledged)
  }

  /// Records an answer again and again until it is acknowledged, as workers do.
  func record(_ job: ClaimedJob, _ text: String = "answer") async throws {
    try await eventually("the answer is acknowledged") {
      try await queue.complete(job.lease, with: lab.result(text), isCacheable: false) == .recorded
    }
  }
}
