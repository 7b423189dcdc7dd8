import Shared
import TestSupport
import Testing

@Suite("What is refused, and how", .serialized)
struct ErrorTests {
  @Test("every refusal has its status, its type, a sentence and the request's id")
  func table() async throws {
    try await SluiceCluster.with(environment: ["MAX_BODY_BYTES": "1048576"]) { cluster in
      let api = try await cluster.startAPI()
      for row in Refusal.contract { try await row.check(api) }
      #expect(try await api.get("/health").json["queue"]?["depth"] == 0, "nothing refused was queued")
      await api.process.killNow()
    }
  }

  @Test("all that is wrong with a body is said at once")
  func allAtOnce() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let reply = try await api.post(
        "/query", ["prompt": "a", "max_tokens": 5000, "temperature": true, "colour": "red"])
      #expect(reply.status == 422)
      let errors = reply.json["errors"]?.array ?? []
      let places = Set(errors.compactMap { $0["loc"]?[1]?.string })
      #expect(places == ["max_tokens", "temperature", "colour"])
      let tokens = errors.first { $0["loc"]?[1] == "max_tokens" }
      #expect(tokens?["type"] == "less_than_equal")
      #expect(tokens?["ctx"]?["le"] == 2048)
      await api.process.killNow()
    }
  }

  @Test("a limit that is reached is a 429 with the time to come back")
  func rateLimited() async throws {
    try await SluiceCluster.with(environment: ["RATE_LIMIT": "1/hour"]) { cluster in
      let api = try await cluster.startAPI()
      let first = try await api.post("/jobs", ["prompt": "a"])
      #expect(first.status == 202 && first.headers["ratelimit-remaining"] == "0")
      let second = try await api.post("/query", ["prompt": "b"])
      #expect(second.status == 429)
      #expect(second.json["type"]?.string?.hasSuffix("rate-limited") == true)
      #expect(second.headers["x-ratelimit-remaining-requests"] == "0")
      let reading = try await api.get(try #require(first.headers["location"]))
      #expect(reading.status == 200, "reading does not count")
      #expect(reading.headers["ratelimit-limit"] == "1", "every answer to a key tells of its limit")
      await api.process.killNow()
    }
  }

  @Test("without a rate limit nothing is counted, and nothing said of one")
  func unlimited() async throws {
    try await SluiceCluster.with(environment: ["RATE_LIMIT": "off"]) { cluster in
      let api = try await cluster.startAPI()
      for _ in 0..<20 {
        let reply = try await api.post("/jobs", ["prompt": "a"])
        #expect(reply.status == 202 && !reply.headers.keys.contains { $0.contains("ratelimit") })
      }
      let list = try await api.get("/jobs")
      #expect(list.status == 200 && !list.headers.keys.contains { $0.contains("ratelimit") })
      await api.process.killNow()
    }
  }

  @Test("a full queue is a 503 with the time to come back")
  func queueFull() async throws {
    try await SluiceCluster.with(environment: ["MAX_QUEUE": "1"]) { cluster in
      let api = try await cluster.startAPI()
      #expect(try await api.post("/jobs", ["prompt": "a"]).status == 202)
      let reply = try await api.post("/jobs", ["prompt": "b"])
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] != nil)
      #expect(reply.json["type"]?.string?.hasSuffix("unavailable") == true)
      await api.process.killNow()
    }
  }

  @Test("a Redis that stalls is a 503, and all is well again when it goes on")
  func stalledRedis() async throws {
    try await SluiceCluster.with(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster in
      let api = try await cluster.startAPI()
      cluster.redis.pause()
      let reply = try await api.post("/jobs", ["prompt": "a"])
      #expect(reply.status == 503)
      #expect(try await api.get("/health").status == 503)
      #expect(try await api.get("/health/ready").status == 503)
      #expect(try await api.get("/health/live").status == 200)
      cluster.redis.resume()
      try await eventually("jobs are taken again") {
        try await api.post("/jobs", ["prompt": "a"]).status == 202
      }
      await api.process.killNow()
    }
  }
}
