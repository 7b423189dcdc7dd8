import Shared
import TestSupport
import Testing

@Suite("Replicas that must acknowledge, and jobs that are lost", .serialized)
struct AcknowledgementTests {
  /// Sluice on a master with a replica that must acknowledge, with an API that is ready.
  private func with(
    _ body: (SluiceCluster, SluiceAPI, _ replica: RedisServer, _ port: Int) async throws -> Void
  ) async throws {
    let port = try RedisServer.freePort()
    try await SluiceCluster.with(
      environment: ["REDIS_ACK_REPLICAS": "1", "REDIS_TIMEOUT_MS": "4000"],
      redisOptions: ["--port", "\(port)", "--repl-diskless-sync-delay", "0"]
    ) { cluster in
      try await ReplicatedRedis.withReplica(of: port) { replica in
        let api = try await cluster.startAPI()
        try await body(cluster, api, replica, port)
        await api.process.killNow()
      }
    }
  }

  @Test(
    "a request that the replica does not acknowledge is 503, to be sent again only under its idempotency key")
  func unacknowledged() async throws {
    try await with { cluster, api, replica, _ in
      replica.pause()
      let bare = try await api.post("/jobs", ["prompt": "bare"])
      #expect(bare.status == 503 && bare.json["type"] == "/problems/unacknowledged", "\(bare.body)")
      #expect(bare.headers["x-should-retry"] == "false" && bare.headers["retry-after"] == nil)
      // It is known now, so nothing more is written.
      let refused = try await api.post("/jobs", ["prompt": "refused"])
      #expect(refused.status == 503 && refused.json["type"] == "/problems/unavailable", "\(refused.body)")
      #expect(try await api.get("/health/ready").status == 503)
      #expect(try await api.get("/jobs").json["data"]?.array?.count == 1)
      replica.resume()
      try await eventually("it is ready again") { try await api.get("/health/ready").status == 200 }

      replica.pause()
      let key = ["Idempotency-Key": "k"]
      let keyed = try await api.post("/jobs", ["prompt": "keyed"], headers: key)
      #expect(keyed.json["type"] == "/problems/unacknowledged", "\(keyed.body)")
      #expect(keyed.headers["x-should-retry"] == nil && keyed.headers["retry-after"] == "1")
      replica.resume()
      try await eventually("the same request finds its job") {
        let again = try await api.post("/jobs", ["prompt": "keyed"], headers: key)
        return again.status == 200 && again.headers["idempotency-replayed"] == "true"
      }
      #expect(try await api.get("/jobs").json["data"]?.array?.count == 2)
    }
  }

  @Test("an answer waits for the replica, and is recorded once")
  func answer() async throws {
    try await with { cluster, api, replica, _ in
      // It asks when the replica is away already, and answers only then.
      let accepted = try await api.post("/jobs", ["prompt": "hello"])
      let path = try #require(accepted.headers["location"])
      replica.pause()
      let worker = try await cluster.startWorker(seenBy: api)
      try await eventually("the provider was asked") {
        try await cluster.simulator.stats()["total"]?.integer == 1
      }
      let early = try await api.get("\(path)?wait=3")
      #expect(early.json["status"] != "succeeded", "nobody is told: \(early.body)")
      replica.resume()
      try await eventually("it is answered") { try await api.get(path).json["status"] == "succeeded" }
      #expect(try await cluster.simulator.stats()["total"]?.integer == 1)
      #expect(try await api.get("/metrics").body.contains("sluice_jobs_ended_total{state=\"succeeded\"} 1\n"))
      await worker.killNow()
    }
  }

  @Test("a cancellation is answered once the replica has it; else it is 503, and may be asked for again")
  func cancellation() async throws {
    try await with { _, api, replica, _ in
      let accepted = try await api.post("/jobs", ["prompt": "hello"])
      let path = try #require(accepted.headers["location"])
      replica.pause()
      let early = try await api.call(.DELETE, path)
      #expect(early.status == 503 && early.json["type"] == "/problems/unacknowledged", "\(early.body)")
      #expect(early.headers["retry-after"] == "1")
      let status = try await api.get(path).json["status"]
      #expect(status == "queued")
      replica.resume()
      // Whoever comes first: the same request again, or the process that looks for ends to tell.
      try await eventually("it is cancelled") { try await api.get(path).json["status"] == "cancelled" }
      let again = try await api.call(.DELETE, path)
      #expect(again.status == 200 || again.status == 409, "\(again.body)")
    }
  }

  @Test("that a job has expired is told who waits for it once the replica has that, with no worker there")
  func expiry() async throws {
    try await with { _, api, replica, _ in
      let accepted = try await api.post("/jobs", ["prompt": "hello", "expires_in": 5])
      let path = try #require(accepted.headers["location"])
      replica.pause()
      let early = try await api.get("\(path)?wait=8")
      #expect(early.json["status"] == "queued", "\(early.body)")
      replica.resume()
      try await eventually("it is told") { try await api.get(path).json["status"] == "expired" }
    }
  }

  @Test(
    "a question whose job Redis has lost is asked again under its id while its caller waits; another is counted"
  )
  func lost() async throws {
    try await with { cluster, api, _, port in
      let job = try await api.post("/jobs", ["prompt": "nobody waits"])
      #expect(job.status == 202)
      async let answer = api.post("/query?wait=120", ["prompt": "Are you there?"])
      try await eventually("both are queued") {
        try await api.get("/health").json["queue"]?["depth"]?.integer == 2
      }
      // As if another server had taken over that had received none of it.
      try await RawConnection.words(port, "FLUSHALL")
      try await RawConnection.words(port, "CLIENT KILL TYPE pubsub")
      try await eventually("it is seen") {
        let metrics = try await api.get("/metrics").body
        return metrics.contains("sluice_jobs_readmitted_total 1\n")
          && metrics.contains("sluice_jobs_lost_total 1\n")
      }
      let worker = try await cluster.startWorker(seenBy: api)
      let reply = try await answer
      #expect(reply.status == 200, "\(reply.body)")
      try await eventually("it is said") { api.process.log.contains("accepted jobs are lost") }
      await worker.killNow()
    }
  }
}
