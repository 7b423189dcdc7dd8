import Foundation
import NIOHTTP1
import Shared
import TestSupport
import Testing

@Suite("Memory over HTTP")
struct MemoryTests {
  private func redis(_ cluster: SluiceCluster, _ arguments: String...) async throws {
    let client = try await ChildProcess("/usr/bin/redis-cli", ["-s", cluster.redis.socket] + arguments)
    await client.waitUntilExit()
  }

  /// Lets the minute pass in which an answer under an idempotency key stays in any case, and returns once it has given
  /// way.
  private func letGiveWay(_ cluster: SluiceCluster, _ api: SluiceAPI, _ id: String) async throws {
    try await redis(cluster, "HSET", "sluice:{0}:j:\(id)", "ft", "1")
    try await eventually("the answer has given way") {
      try await api.get("/jobs/\(id)").json["result"] == .null
    }
  }

  @Test("an answer under an Idempotency-Key that gave way is told as gone, and no second call is made")
  func gone() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["FINISHED_MAX_BYTES": "1024"]) { cluster, api in
      let key = ["Idempotency-Key": "k"]
      let question: JSONValue = ["prompt": "Why is the sky blue?", "cache": "off"]
      let asked = try await api.post("/query", question, headers: key)
      try await letGiveWay(cluster, api, try #require(asked.json["id"]?.string))
      let again = try await api.post("/query", question, headers: key)
      #expect(again.status == 410 && again.json["type"] == "/problems/gone")
      #expect(again.headers["x-should-retry"] == "false")

      let chat: JSONValue = ["model": "default", "messages": [["role": "user", "content": "Why?"]]]
      let chatKey = ["Idempotency-Key": "c"]
      let completion = try await api.post("/v1/chat/completions", chat, headers: chatKey)
      try await letGiveWay(cluster, api, try #require(completion.headers["x-sluice-job"]))
      let replay = try await api.post("/v1/chat/completions", chat, headers: chatKey)
      #expect(replay.status == 410 && replay.json["error"]?["code"] == "gone")
      #expect(replay.headers["x-should-retry"] == "false")

      let jobKey = ["Idempotency-Key": "j"]
      let job = try await api.post("/jobs", question, headers: jobKey)
      let id = try #require(job.json["id"]?.string)
      let ended = try await api.get("/jobs/\(id)?wait=120")
      #expect(ended.json["status"] == "succeeded")
      try await letGiveWay(cluster, api, id)
      let replayed = try await api.post("/jobs", question, headers: jobKey)
      #expect(replayed.status == 200 && replayed.headers["idempotency-replayed"] == "true")
      #expect(replayed.json["id"]?.string == id && replayed.json["result"] == .null)
      #expect(try await cluster.simulator.stats()["total"] == 3)
    }
  }

  @Test("the events of a job that gave way are told as gone; the job itself is there")
  func eventsGone() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["FINISHED_MAX_BYTES": "1024"]) { cluster, api in
      let job = try await api.post("/jobs", ["prompt": "Why is the sky blue?", "stream": true])
      let id = try #require(job.json["id"]?.string)
      try await eventually("the log has given way") {
        try await api.get("/jobs/\(id)/events?after=1000").status == 410
      }
      let reply = try await api.get("/jobs/\(id)/events")
      #expect(reply.status == 410 && reply.json["detail"]?.string?.contains("/jobs/\(id)") == true)
      #expect(try await api.get("/jobs/\(id)").status == 200)
    }
  }

  @Test("a wait that ends first leaves the answer for whoever comes back")
  func waitIsOver() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      let asked = try await api.post("/query?wait=0.2", ["prompt": "Why is the sky blue?"])
      #expect(asked.status == 202)
      try await eventually("it has ended, and nobody has fetched it") {
        let holds = try await api.get("/health").json["redis"]?["memory"]?["holds"]
        return holds?["unfetched"]?.integer ?? 0 > 0 && holds?["fetched"] == 0
      }
      let link = try #require(asked.headers["location"])
      #expect(try await api.get(link).json["status"] == "succeeded")
      try await eventually("it has been fetched") {
        try await api.get("/metrics").body.contains(#"sluice_memory_bytes{part="unfetched"} 0"#)
      }
    }
  }

  @Test(
    "a Redis that waiting jobs alone fill refuses new ones in words, and health and metrics say what fills it"
  )
  func full() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      try await redis(cluster, "CONFIG", "SET", "maxmemory", "6mb")
      let long = JSONValue.string(String(repeating: "x", count: 3900))
      var refused: HTTPReply?
      for _ in 0..<3000 where refused == nil {
        let reply = try await api.post("/jobs", ["prompt": long, "cache": "off"])
        if reply.status != 202 { refused = reply }
      }
      #expect(refused?.status == 503 && refused?.headers["retry-after"] == "5")
      #expect(refused?.json["detail"]?.string?.contains("full of jobs that have not ended") == true)
      let memory = try await api.get("/health").json["redis"]?["memory"]
      #expect(memory?["full_of"]?.string?.hasPrefix("jobs that have not ended") == true)
      #expect(try await api.get("/metrics").body.contains("sluice_redis_full 1"))
      await api.process.killNow()
    }
  }
}
