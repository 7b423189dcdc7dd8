import Foundation
import Shared
import TestSupport
import Testing

@Suite("Rights that an operator takes away while Sluice runs")
struct RightsFaultTests {
  private func set(_ redis: RedisServer, _ rule: String) async throws {
    let client = try await ChildProcess(
      "/usr/bin/redis-cli", ["-s", redis.socket, "ACL", "SETUSER", "default", rule])
    await client.waitUntilExit()
  }

  @Test("a request that is answered 503 does not run, and the next is served at once")
  func refused() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let question: JSONValue = ["prompt": "Why is the sky blue?", "cache": "off"]
      #expect(try await api.post("/query", question).status == 200)
      try await set(cluster.redis, "-zadd")
      for path in ["/query", "/jobs", "/query"] {
        let refused = try await api.post(path, question)
        #expect(refused.status == 503 && refused.json["type"] == "/problems/unavailable")
        #expect(refused.json["detail"]?.string?.contains("a right is missing") == true, "\(refused.body)")
      }
      let ready = try await api.get("/health/ready")
      #expect(ready.status == 503)
      #expect(ready.json["detail"]?.string?.contains("ACL SETUSER default +zadd") == true, "\(ready.body)")
      try await set(cluster.redis, "+zadd")
      try await eventually("it is ready again") { try await api.get("/health/ready").status == 200 }
      #expect(try await api.post("/query", question).status == 200)
      #expect(try await cluster.simulator.stats()["total"]?.integer == 2)
    }
  }

  @Test("a right to publish that is taken away is logged and counted, and requests are answered all the same")
  func unpublished() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await set(cluster.redis, "-publish")
      try await api.process.waitForOutput("ACL SETUSER default +publish")
      let metrics = try await api.get("/metrics").body
      #expect(!metrics.contains("sluice_redis_errors_total{reason=\"no_permission\"} 0"))
      #expect(try await api.post("/query", ["prompt": "Why?", "cache": "off"]).status == 200)
      try await set(cluster.redis, "+publish")
    }
  }
}
