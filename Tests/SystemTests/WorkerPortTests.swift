import Shared
import TestSupport
import Testing

@Suite("A worker's own port")
struct WorkerPortTests {
  private func address(of worker: ChildProcess) async throws -> String {
    "http://127.0.0.1:\(try await worker.port())"
  }

  private func get(_ url: String) async throws -> HTTPReply {
    try await HTTPReply.to(url, method: .GET, headers: [:], body: nil)
  }

  @Test("it says that the worker lives, is ready, and what it does; without Redis it lives and is not ready")
  func health() async throws {
    try await SluiceCluster.with(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster in
      let worker = try await cluster.start("sluice-worker", ["WORKER_PORT": "0"])
      let url = try await address(of: worker)
      try await eventually("it is ready") { try await get(url + "/health/ready").status == 200 }
      #expect(try await get(url + "/health/live").json["status"] == "live")
      let head = try await HTTPReply.to(url + "/health/live", method: .HEAD, headers: [:], body: nil)
      #expect(head.status == 200 && head.body.isEmpty)
      let metrics = try await get(url + "/metrics")
      #expect(metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
      for line in ["sluice_redis_up 1", "sluice_worker_jobs_held 0", "sluice_worker_concurrency 1000"] {
        #expect(metrics.body.contains(line), "\(metrics.body)")
      }
      #expect(metrics.body.contains("sluice_redis_errors_total{reason="))
      #expect(try await get(url + "/jobs").status == 404)

      await cluster.redis.kill()
      let refused = try await eventually("it is not ready") { () -> HTTPReply? in
        let reply = try await get(url + "/health/ready")
        return reply.status == 503 ? reply : nil
      }
      #expect(refused.headers["retry-after"] == "1" && refused.json["type"] == "/problems/unavailable")
      #expect(refused.json["detail"]?.string?.contains("Redis") == true)
      #expect(try await get(url + "/health/live").status == 200)
      #expect(try await get(url + "/metrics").body.contains("sluice_redis_up 0"))
      try await cluster.redis.start()
      try await eventually("it is ready again") { try await get(url + "/health/ready").status == 200 }
      await worker.killNow()
    }
  }

  @Test("a worker that may not start says why in one sentence, and serves nothing before")
  func refused() async throws {
    try await RedisServer.with(options: ["--maxmemory-policy", "allkeys-lru"]) { redis in
      try await SluiceCluster.with(environment: ["REDIS_URL": redis.url]) { cluster in
        let worker = try await cluster.start("sluice-worker", ["WORKER_PORT": "0"])
        await worker.waitUntilExit()
        #expect(worker.exitStatus != 0)
        let lines = worker.log.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains("could evict queued jobs"), "\(worker.log)")
      }
    }
  }

  @Test("a worker that is told to stop is not ready, and ends")
  func stops() async throws {
    try await SluiceCluster.with { cluster in
      let worker = try await cluster.start("sluice-worker", ["WORKER_PORT": "0"])
      let url = try await address(of: worker)
      try await eventually("it is ready") { try await get(url + "/health/ready").status == 200 }
      await worker.terminate()
    }
  }
}
