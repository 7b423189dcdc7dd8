import Foundation
import Shared
import TestSupport
import Testing

@Suite("Processes and the Redis that they find")
struct StartTests {
  private static let processes = ["sluice-api", "sluice-worker"]
  private let question: JSONValue = ["prompt": "Why is the sky blue?", "cache": "off"]

  /// Sends a command as an operator would, on a connection of its own.
  private func operate(_ redis: RedisServer, _ command: String...) async throws {
    let client = try await ChildProcess("/usr/bin/redis-cli", ["-s", redis.socket] + command)
    await client.waitUntilExit()
  }

  @Test("an API whose Redis is away lives, says why it is not ready, and serves when Redis is there")
  func away() async throws {
    try await SluiceCluster.with { cluster in
      await cluster.redis.kill()
      let api = try await cluster.startAPI()
      #expect(try await api.get("/health/live").status == 200)
      let ready = try await api.get("/health/ready")
      #expect(ready.status == 503 && ready.headers["retry-after"] != nil)
      #expect(ready.json["detail"]?.string?.hasPrefix("Redis cannot be reached") == true, "\(ready.body)")
      #expect(try await api.post("/jobs", question).status == 503)
      let health = try await api.get("/health")
      #expect(health.status == 503 && health.json["status"] == "unhealthy")
      #expect(health.json["redis"]?["reason"]?.string?.hasPrefix("Redis cannot be reached") == true)
      #expect(try await api.get("/metrics").body.contains("sluice_redis_up 0"))
      try await cluster.redis.start()
      try await eventually("the API is ready") { try await api.get("/health/ready").status == 200 }
      #expect(try await api.post("/jobs", question).status == 202)
      #expect(try await api.get("/metrics").body.contains("sluice_redis_up 1"))
      await api.process.killNow()
    }
  }

  /// What stops a process, and a part of the sentence that it says.
  struct Stop: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let options: [String]
    let url: @Sendable (RedisServer) -> String
    let sentence: String
  }

  private static let stops = [
    Stop(
      testDescription: "a wrong password", options: ["--requirepass", "hunter2"],
      url: { "unix://:wrong@\($0.socket)" }, sentence: "WRONGPASS"),
    Stop(
      testDescription: "no password", options: ["--requirepass", "hunter2"], url: { $0.url },
      sentence: "write it into REDIS_URL"),
    Stop(
      testDescription: "a cluster", options: ["--cluster-enabled", "yes"], url: { $0.url },
      sentence: "Redis Cluster, which is not supported yet"),
    Stop(
      testDescription: "a missing right",
      options: ["--user", "ann", "on", ">pw", "~sluice:*", "&sluice:*", "+@all", "-hset"],
      url: { "unix://ann:pw@\($0.socket)" }, sentence: "ACL SETUSER ann +hset"),
    Stop(
      testDescription: "a missing PING", options: ["--rename-command", "PING", ""], url: { $0.url },
      sentence: "it does not have PING"),
    Stop(
      testDescription: "a missing FUNCTION", options: ["--rename-command", "FUNCTION", ""], url: { $0.url },
      sentence: "it does not have FUNCTION"),
    Stop(
      testDescription: "a missing command", options: ["--rename-command", "BZPOPMIN", ""], url: { $0.url },
      sentence: "it does not have BZPOPMIN"),
    Stop(
      testDescription: "a missing channel",
      options: ["--user", "ann", "on", ">pw", "~sluice:*", "&other:*", "+@all"],
      url: { "unix://ann:pw@\($0.socket)" }, sentence: "ACL SETUSER ann &sluice:*"),
  ]

  @Test("what only an operator can mend stops a process, with what to do", arguments: processes, stops)
  func stopped(name: String, stop: Stop) async throws {
    try await RedisServer.with(options: stop.options) { redis in
      try await SluiceCluster.with(environment: ["REDIS_URL": stop.url(redis)]) { cluster in
        let process = try await cluster.start(name)
        try await process.waitForOutput(stop.sentence)
        await process.waitUntilExit()
        #expect(process.exitStatus != 0)
        #expect(!process.log.contains("hunter2"))
      }
    }
  }

  @Test("a port that is to serve twice stops the API, with both variables")
  func samePort() async throws {
    let port = "\(try RedisServer.freePort())"
    try await SluiceCluster.with(environment: ["PORT": port, "METRICS_PORT": port]) { cluster in
      let process = try await cluster.start("sluice-api")
      try await process.waitForOutput("METRICS_PORT holds \(port), which is PORT, too")
      await process.waitUntilExit()
      #expect(process.exitStatus != 0)
    }
  }

  @Test(
    "without the replicas that must acknowledge a process is not ready, and a request is refused unwritten")
  func tooFewReplicas() async throws {
    let settings = ["REDIS_ACK_REPLICAS": "1", "REDIS_TIMEOUT_MS": "4000"]
    try await SluiceCluster.with(environment: settings) { cluster in
      let api = try await cluster.startAPI()
      try await eventually("it has looked at Redis") { try await api.get("/jobs").status == 200 }
      let first = try await api.post("/jobs", question)
      #expect(first.status == 503 && first.json["type"] == "/problems/unavailable", "\(first.body)")
      let ready = try await api.get("/health/ready")
      #expect(ready.status == 503 && ready.json["detail"]?.string?.contains("REDIS_ACK_REPLICAS") == true)
      #expect(try await api.get("/jobs").json["data"]?.array?.isEmpty == true)
      await api.process.killNow()
    }
  }

  @Test("a process waits for a replica to be promoted")
  func replica() async throws {
    let port = try RedisServer.freePort()
    try await RedisServer.with(options: ["--port", "\(port)"]) { _ in
      try await RedisServer.with(options: ["--replicaof", "127.0.0.1", "\(port)"]) { replica in
        try await SluiceCluster.with(environment: ["REDIS_URL": replica.url]) { cluster in
          let api = try await cluster.startAPI()
          let ready = try await api.get("/health/ready")
          #expect(ready.status == 503)
          #expect(
            ready.json["detail"]?.string?.contains("replica of 127.0.0.1:\(port)") == true, "\(ready.body)")
          try await api.process.waitForOutput("name its master")
          try await operate(replica, "REPLICAOF", "NO", "ONE")
          try await eventually("the API is ready") { try await api.get("/health/ready").status == 200 }
          await api.process.killNow()
        }
      }
    }
  }

  @Test("a Redis that refuses writes makes nobody ready, and is said and counted")
  func refusesWrites() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      #expect(try await api.get("/health/ready").status == 200)
      try await operate(cluster.redis, "CONFIG", "SET", "min-replicas-to-write", "1")
      let ready = try await api.get("/health/ready")
      #expect(
        ready.status == 503 && ready.json["detail"]?.string?.contains("NOREPLICAS") == true, "\(ready.body)")
      #expect(try await api.get("/health").json["status"] == "unhealthy")
      let metrics = try await api.get("/metrics").body.split(separator: "\n")
      let line = try #require(
        metrics.first { $0.hasPrefix(#"sluice_redis_errors_total{reason="no_replicas"}"#) })
      #expect(!line.hasSuffix(" 0"))
      try await api.process.waitForOutput("Redis refused commands")
      try await operate(cluster.redis, "CONFIG", "SET", "min-replicas-to-write", "0")
      try await eventually("the API is ready") { try await api.get("/health/ready").status == 200 }
    }
  }

  @Test("a worker whose right to claim is taken away says so")
  func cannotClaim() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let worker = try await cluster.startWorker(seenBy: api)
      try await operate(cluster.redis, "ACL", "SETUSER", "default", "-zrange")
      try await worker.waitForOutput("jobs cannot be claimed")
      try await worker.waitForOutput("no_permission")
      try await operate(cluster.redis, "ACL", "SETUSER", "default", "+zrange")
      try await worker.waitForOutput("jobs are claimed again")
      await worker.killNow()
    }
  }
}
