import Shared
import TestSupport
import Testing

@Suite("A Redis that is flushed while all are connected")
struct FlushedTests {
  @Test("accepted jobs that it has lost are counted, and who waits for one is told so")
  func counted() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      try await eventually("the API is ready") { try await api.get("/health/ready").status == 200 }
      async let waiting = api.post("/query?wait=60", ["prompt": "Are you there?", "cache": "off"])
      for number in 0..<3 {
        #expect(try await api.post("/jobs", ["prompt": .string("\(number)"), "cache": "off"]).status == 202)
      }
      try await eventually("all four are queued, and the founding is known") {
        let keys = try await operate(cluster.redis, "EXISTS", "sluice:{0}:here")
        return try await api.get("/jobs").json["data"]?.array?.count == 4 && keys.contains("1")
      }
      _ = try await operate(cluster.redis, "FLUSHALL")
      let told = try await waiting
      #expect(told.status == 503, "\(told)")
      #expect(told.json["detail"]?.string?.contains("Redis does not have it any more") == true)
      try await eventually("the others are counted, too") {
        try await api.get("/metrics").body.contains("sluice_jobs_lost_total 4")
      }
      await api.process.killNow()
    }
  }

  /// Sends a command as an operator would, and returns what is said.
  private func operate(_ redis: RedisServer, _ command: String...) async throws -> String {
    let client = try await ChildProcess("/usr/bin/redis-cli", ["-s", redis.socket] + command)
    await client.waitUntilExit()
    return client.log
  }
}
