import Foundation
import NIOCore
import NIOHTTP1
import Shared
import Testing

/// Sluice as it runs in production, of a test's own: Redis, a provider simulator, API and Worker processes.
public final class SluiceCluster: Sendable {
  public static let key = "test-key"

  public let redis: RedisServer
  public let simulator: SimulatorProcess
  private let environment: [String: String]

  /// What its processes are told: ``redis``, unless a test has put another in its place.
  public var redisURL: String { environment["REDIS_URL"] ?? redis.url }

  private init(redis: RedisServer, simulator: SimulatorProcess, environment: [String: String]) {
    self.redis = redis
    self.simulator = simulator
    self.environment = [
      "REDIS_URL": redis.url, "HOST": "127.0.0.1", "PORT": "0", "SERVICE_API_KEY": Self.key,
      // Limits and time-outs have tests of their own; elsewhere a busy machine must not matter.
      "RATE_LIMIT": "1000000/second", "REDIS_TIMEOUT_MS": "10000", "QUERY_WAIT": "120",
    ].merging(simulator.environment) { own, _ in own }.merging(environment) { _, given in given }
  }

  /// Starts Redis and a simulator, runs `body`, and leaves nothing behind.
  public static func with<Value>(
    environment: [String: String] = [:], redisOptions: [String] = [],
    redisEnvironment: [String: String] = [:], _ body: (SluiceCluster) async throws -> Value
  ) async throws -> Value {
    try await RedisServer.with(options: redisOptions, environment: redisEnvironment) { redis in
      try await SimulatorProcess.with { simulator in
        try await body(SluiceCluster(redis: redis, simulator: simulator, environment: environment))
      }
    }
  }

  /// The same with one API and one worker that are ready.
  public static func withOneOfEach(
    environment: [String: String] = [:], _ body: (SluiceCluster, SluiceAPI) async throws -> Void
  ) async throws {
    try await with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      try await body(cluster, api)
      await worker.killNow()
      await api.process.killNow()
    }
  }

  /// An API that takes requests.
  public func startAPI(environment: [String: String] = [:]) async throws -> SluiceAPI {
    let process = try await start("sluice-api", environment)
    return SluiceAPI(process: process, port: try await process.port(behind: "sluice-api listening on"))
  }

  /// A worker that takes jobs, as `api` sees it.
  public func startWorker(
    environment: [String: String] = [:], seenBy api: SluiceAPI
  ) async throws -> ChildProcess {
    let before = try await api.get("/health").json["workers"]?.integer ?? 0
    let process = try await start("sluice-worker", environment)
    try await eventually("the worker gives a sign of life: \(process.log)") {
      try await api.get("/health").json["workers"]?.integer ?? 0 > before
    }
    return process
  }

  /// Where a program of Sluice is.
  public static func path(of program: String) -> String { ProgramFolder.path(of: program) }

  /// A process of Sluice, without waiting for anything.
  public func start(_ name: String, _ additions: [String: String] = [:]) async throws -> ChildProcess {
    try await ChildProcess(
      ProgramFolder.path(of: name), [], environment: environment.merging(additions) { _, given in given })
  }
}

/// A running API and short forms of asking it.
public struct SluiceAPI: Sendable {
  public let process: ChildProcess
  public let port: Int
  public var url: String { "http://127.0.0.1:\(port)" }

  private static let headers = ["X-API-Key": SluiceCluster.key, "Content-Type": "application/json"]

  public func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPReply {
    try await call(.GET, path, headers: headers)
  }

  public func post(
    _ path: String, _ body: JSONValue, headers: [String: String] = [:]
  ) async throws -> HTTPReply {
    try await call(.POST, path, headers: headers, body: body.serialized())
  }

  /// Any request, with the right key and JSON's Content-Type unless `headers` say otherwise; an empty value
  /// takes a header away.
  public func call(
    _ method: HTTPMethod, _ path: String, headers: [String: String] = [:], body: ByteBuffer? = nil
  ) async throws -> HTTPReply {
    let all = Self.headers.merging(headers) { _, given in given }.filter { !$0.value.isEmpty }
    return try await HTTPReply.to(url + path, method: method, headers: all, body: body)
  }
}
