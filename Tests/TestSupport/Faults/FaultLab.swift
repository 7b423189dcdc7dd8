import Foundation
import Logging
import NIOCore
import Shared
import Synchronization
import Testing

/// A cluster under load, into which faults are injected, with a history of what it accepted.
public final class FaultLab: Sendable {
  public let cluster: SluiceCluster
  public let history = FaultHistory()
  public let queue: JobQueue
  public let redis: RedisClient
  /// Between Sluice and Redis, where the test wants one.
  public let relay: CutRelay?
  private let user: String?
  private let apis = Mutex<[SluiceAPI]>([])
  private let workers = Mutex<[ChildProcess]>([])
  private let isLoading = Atomic(true)
  private let number = Atomic(0)

  private init(
    _ cluster: SluiceCluster, _ queue: JobQueue, _ redis: RedisClient, _ relay: CutRelay?, user: String?
  ) {
    self.cluster = cluster
    self.queue = queue
    self.redis = redis
    self.relay = relay
    self.user = user
  }

  /// Starts everything, lets `clients` submit jobs without a pause while `inject` injects faults, waits until the
  /// queue has drained, and returns what was found. What `inject` returns is how many rounds it did.
  ///
  /// Every client repeats a submission under its idempotency key until it is accepted. `user`, a name and a password with
  /// a colon between, is who Sluice's processes are to Redis; the lab itself may do everything there.
  public static func run(
    _ fault: String, apis: Int = 1, workers: Int = 2, clients: Int = 8, latency: Int = 100,
    environment: [String: String] = [:], redisOptions: [String] = [],
    redisEnvironment: [String: String] = [:],
    isRelayed: Bool = false, user: String? = nil, _ inject: (FaultLab) async throws -> Int
  ) async throws -> FaultFindings {
    try await SluiceCluster.with(
      environment: environment, redisOptions: redisOptions, redisEnvironment: redisEnvironment
    ) { cluster in
      try await cluster.withQueue { queue, redis in
        func run(_ relay: CutRelay?) async throws -> FaultFindings {
          let lab = FaultLab(cluster, queue, redis, relay, user: user)
          return try await lab.run(
            fault, apis: apis, workers: workers, clients: clients, latency: latency, inject)
        }
        return isRelayed ? try await CutRelay.with(socket: cluster.redis.socket, run) : try await run(nil)
      }
    }
  }

  private func run(
    _ fault: String, apis: Int, workers: Int, clients: Int, latency: Int,
    _ inject: (FaultLab) async throws -> Int
  ) async throws -> FaultFindings {
    try await cluster.simulator.script([
      ["provider": "*", "behaviour": ["latency_ms": .integer(Int64(latency))]]
    ])
    for _ in 0..<apis { try await addAPI() }
    for _ in 0..<workers { try await addWorker() }
    let rounds = try await underLoad(of: clients) { try await inject(self) }
    try await drain()
    let findings = try await FaultFindings.look(history, queue, redis, allAPIs)
    FaultReport.add(fault, rounds: rounds, findings)
    for worker in self.workers.withLock({ $0 }) { await worker.killNow() }
    for api in self.apis.withLock({ $0 }) { await api.process.killNow() }
    return findings
  }

  // MARK: - Load

  private func underLoad<Value: Sendable>(
    of clients: Int, _ body: () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<clients {
        group.addTask { while self.isLoading.load(ordering: .relaxed) { await self.submit() } }
      }
      let result: Result<Value, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      isLoading.store(false, ordering: .relaxed)
      try await group.waitForAll()
      return try result.get()
    }
  }

  /// One job, submitted again and again until it is accepted. A quarter are questions that are waited for.
  private func submit() async {
    let number = self.number.add(1, ordering: .relaxed).newValue
    let key = "k\(number)"
    let path = number % 4 == 0 ? "/query?wait=1" : "/jobs"
    // Some are equal to others and share calls or come from the cache.
    let prompt = number % 5 == 0 ? "shared \(number / 20)" : "own \(number)"
    for _ in 0..<2000 {
      guard let api = apis.withLock({ $0.randomElement() }) else { return }
      do {
        let reply = try await HTTPReply.to(
          api.url + path, method: .POST,
          headers: [
            "X-API-Key": SluiceCluster.key, "Content-Type": "application/json", "Idempotency-Key": key,
            // A connection that is not used again cannot break when its server stops.
            "Connection": "close",
          ], body: (["prompt": .string(prompt)] as JSONValue).serialized())
        if (200...202).contains(reply.status), let id = reply.json["id"]?.string {
          history.accept(id, key: key)
          if reply.json["status"]?.string == "success" { history.answer(id) }
          return
        }
        history.refuse("\(reply.status) \(reply.json["detail"]?.string ?? reply.body)")
      } catch {
        history.refuse("\(error)".contains("refused") ? "connection refused" : "connection broken")
      }
      // As a client's back-off.
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// A job of the test's own, accepted at once.
  public func submit(_ prompt: String, path: String = "/jobs") async throws -> JobID {
    let reply = try await apis.withLock(\.first)?.post(path, ["prompt": .string(prompt), "cache": "off"])
    guard let reply, let id = reply.json["id"]?.string.flatMap(JobID.init(rawValue:)) else {
      throw HTTPReply.Failure(description: "not accepted: \(reply?.body ?? "there is no API")")
    }
    history.accept(id.rawValue, key: id.rawValue)
    return id
  }

  /// Waits until every job has ended and is settled.
  public func drain() async throws {
    let end = ContinuousClock.now + Patience.drain
    while ContinuousClock.now < end {
      if let statistics = try? await queue.statistics(), statistics.openJobs == 0,
        try await redis.send(RedisCommand("EXISTS", "sluice:{0}:owed")).integer == 0
      {
        return
      }
      // Nobody is told when the last job of all ends, and each look is a step of the Redis under test.
      try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("the queue did not drain: \(String(describing: try? await queue.statistics()))")
  }

  /// Returns once `count` more jobs have been accepted.
  public func untilAccepted(_ count: Int) async throws {
    let target = history.count + count
    try await eventually("\(count) more jobs are accepted: \(history.refusals)") { history.count >= target }
  }

  // MARK: - Processes

  private var detour: [String: String] {
    let url = relay?.url ?? user.map { "unix://\($0)@\(cluster.redis.socket)" }
    return url.map { ["REDIS_URL": $0] } ?? [:]
  }

  public var firstAPI: SluiceAPI? { apis.withLock(\.first) }
  public var allAPIs: [SluiceAPI] { apis.withLock { $0 } }
  public var workerCount: Int { workers.withLock(\.count) }
  public var apiCount: Int { apis.withLock(\.count) }

  /// Clients ask it from when it says that it is ready, as an orchestrator would have it.
  public func addAPI() async throws {
    let api = try await cluster.startAPI(environment: detour)
    try await eventually("the API is ready") { try await api.get("/health/ready").status == 200 }
    apis.withLock { $0.append(api) }
  }

  public func addWorker(environment: [String: String] = [:]) async throws {
    let worker = try await cluster.start("sluice-worker", detour.merging(environment) { _, given in given })
    workers.withLock { $0.append(worker) }
  }

  /// Takes the oldest worker out of the lab's hands.
  public func takeWorker() -> ChildProcess? { workers.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

  /// Takes the oldest API out of the lab's hands: no client asks it any more.
  public func takeAPI() -> SluiceAPI? { apis.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

  /// Puts a worker (back) into the lab's hands, which end it.
  public func keep(_ worker: ChildProcess) { workers.withLock { $0.append(worker) } }

  /// Kills the oldest worker and starts another.
  public func replaceWorker() async throws {
    await takeWorker()?.killNow()
    try await addWorker()
  }
}

extension SluiceCluster {
  /// A queue client of the test's own on the Redis of the cluster's processes.
  public func withQueue<Value>(
    _ body: (JobQueue, RedisClient) async throws -> Value
  ) async throws -> Value {
    var configuration = try RedisConfiguration(url: redisURL)
    // The tests of time-outs are the client's; here a busy machine must not matter.
    configuration.commandTimeout = Patience.command
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let redis = RedisClient(configuration: configuration, logger: logger, purpose: "test")
    let environment = ProcessEnvironment([:])
    let queue = JobQueue(
      redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await redis.run() }
      defer { group.cancelAll() }
      return try await body(queue, redis)
    }
  }
}
