import Foundation
import Shared
import Synchronization
import TestSupport
import Testing

@Suite("Nothing that was accepted is lost")
struct DurabilityTests {
  private let question: JSONValue = ["prompt": "Why is the sky blue?", "cache": "off"]

  /// Waits until a provider has been asked and has not answered.
  private func waitForCall(_ cluster: SluiceCluster) async throws {
    try await eventually("a provider is being asked") {
      try await cluster.simulator.stats()["in_flight"]?.integer == 1
    }
  }

  @Test("a wait that ends first gives a job, and the job its answer")
  func shortWait() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 12_000]]])
      let reply = try await api.post("/query?wait=5", question)
      #expect(reply.status == 202)
      #expect(reply.json["status"] == "running")
      let link = try #require(reply.headers["location"])
      let early = try await api.get(link)
      #expect(early.json["result"] == .null)
      let job = try await api.get("\(link)?wait=120")
      #expect(job.json["status"] == "succeeded")
      #expect(job.json["result"]?["response"]?.string?.isEmpty == false)
      #expect(job.json["started_at"]?.string != nil && job.json["finished_at"]?.string != nil)
    }
  }

  @Test("a worker killed with a job in its hands: another finishes the job")
  func killedWorker() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let first = try await cluster.startWorker(seenBy: api)
      try await cluster.simulator.script([
        ["provider": "*", "times": 1, "behaviour": ["hang": "before_headers"]]
      ])
      let link = try #require(try await api.post("/jobs", question).headers["location"])
      try await waitForCall(cluster)
      let second = try await cluster.startWorker(seenBy: api)
      await first.killNow()
      let job = try await api.get("\(link)?wait=120")
      #expect(job.json["status"] == "succeeded")
      #expect(job.json["attempts"] == 2)
      await second.killNow()
      await api.process.killNow()
    }
  }

  @Test("a worker that is told to stop gives back what it cannot finish, no attempt used up")
  func drainedWorker() async throws {
    try await SluiceCluster.with(environment: ["DRAIN_TIMEOUT": "0"]) { cluster in
      let api = try await cluster.startAPI()
      let first = try await cluster.startWorker(seenBy: api)
      try await cluster.simulator.script([
        ["provider": "*", "times": 1, "behaviour": ["hang": "before_headers"]]
      ])
      let link = try #require(try await api.post("/jobs", question).headers["location"])
      try await waitForCall(cluster)
      await first.terminate()
      #expect(first.exitStatus == 0)
      #expect(try await api.get(link).json["status"] == "queued")
      #expect(try await api.get("/health").json["workers"] == 0)
      let second = try await cluster.startWorker(seenBy: api)
      let job = try await api.get("\(link)?wait=120")
      #expect(job.json["status"] == "succeeded" && job.json["attempts"] == 1)
      await second.killNow()
      await api.process.killNow()
    }
  }

  @Test("a worker that is told to stop finishes what it can")
  func finishingWorker() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      let link = try #require(try await api.post("/jobs", question).headers["location"])
      try await waitForCall(cluster)
      await worker.terminate()
      #expect(try await api.get(link).json["status"] == "succeeded")
      await api.process.killNow()
    }
  }

  @Test("an API that is told to stop answers who waits, and is then gone")
  func drainedAPI() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      async let answer = api.post("/query", question)
      try await waitForCall(cluster)
      await api.process.terminate()
      #expect(try await answer.status == 200)
      #expect(api.process.exitStatus == 0)
    }
  }

  @Test("an API that is told to stop ends the streams of OpenAI's clients, who cannot go on elsewhere")
  func drainedStream() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let answer = "one two three four five six"
      try await cluster.simulator.script([
        ["provider": "*", "behaviour": ["answer": .string(answer), "drip_ms": 400]]
      ])
      let stop = Mutex<Task<Void, Never>?>(nil)
      let reply = try await StreamedReply.to(
        "\(api.url)/v1/chat/completions", method: .POST,
        headers: ["Authorization": "Bearer \(SluiceCluster.key)"],
        body: [
          "model": "default", "stream": true, "messages": [["role": "user", "content": "Count"]],
        ]
      ) { events in
        if !events.isEmpty { stop.withLock { $0 = $0 ?? Task { await api.process.terminate() } } }
        return false
      }
      await stop.withLock { $0 }?.value
      #expect(reply.events.last?.data == "[DONE]")
      let texts = reply.events.compactMap { $0.json["choices"]?[0]?["delta"]?["content"]?.string }
      #expect(texts.joined() == answer)
      #expect(api.process.exitStatus == 0)
    }
  }

  @Test("jobs outlive Redis: killed and started again, it still has them, and the workers go on")
  func killedRedis() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 300]]])
      var links: [String] = []
      for number in 0..<20 {
        let reply = try await api.post("/jobs", ["prompt": .string("question \(number)"), "cache": "off"])
        links.append(try #require(reply.headers["location"]))
      }
      await cluster.redis.kill()
      let away = try await api.post("/jobs", question)
      #expect(away.status == 503)
      #expect(away.headers["retry-after"] != nil)
      #expect(try await api.get("/health").json["status"] == "unhealthy")
      try await cluster.redis.start()
      for link in links {
        let job = try await eventually("\(link) is answered") { () -> HTTPReply? in
          let job = try await api.get("\(link)?wait=10")
          return job.status == 200 && job.json["status"] == "succeeded" ? job : nil
        }
        #expect(job.json["result"]?["response"]?.string?.isEmpty == false)
      }
    }
  }

  @Test("three API processes together admit ten of twelve at ten an hour")
  func rateLimit() async throws {
    try await SluiceCluster.with(environment: ["RATE_LIMIT": "10/hour"]) { cluster in
      var apis: [SluiceAPI] = []
      for _ in 0..<3 { apis.append(try await cluster.startAPI()) }
      let statuses = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for number in 0..<12 {
          let api = apis[number % 3]
          group.addTask { try await api.post("/jobs", ["prompt": .string("question \(number)")]) }
        }
        return try await group.reduce(into: [HTTPReply]()) { $0.append($1) }
      }
      #expect(statuses.count { $0.status == 202 } == 10)
      let refused = statuses.filter { $0.status == 429 }
      #expect(refused.count == 2)
      #expect(refused.allSatisfy { $0.headers["ratelimit-remaining"] == "0" })
      #expect(refused.allSatisfy { ($0.headers["retry-after"].flatMap { Int($0) } ?? 0) >= 1 })
      #expect(Set(statuses.compactMap { $0.headers["ratelimit-limit"] }) == ["10"])
      for api in apis { await api.process.killNow() }
    }
  }

  @Test("a Redis that may evict jobs is refused at start, with what to set, and nothing is written to it")
  func eviction() async throws {
    let port = try RedisServer.freePort()
    let options = ["--port", "\(port)", "--maxmemory-policy", "allkeys-lru"]
    try await RedisServer.with(options: options) { redis in
      try await SluiceCluster.with(environment: ["REDIS_URL": redis.url]) { cluster in
        for name in ["sluice-api", "sluice-worker"] {
          let process = try await cluster.start(name)
          try await process.waitForOutput("noeviction")
          await process.waitUntilExit()
          #expect(process.exitStatus != 0)
        }
      }
      #expect(try await RawConnection.words(port, "DBSIZE").first == ":0")
    }
  }

  @Test(
    "a wrong setting stops a process with one line that names it",
    arguments: [
      ("sluice-api", ["PORT": "eighty"], "PORT"), ("sluice-api", ["SERVICE_API_KEY": ""], "SERVICE_API_KEY"),
      ("sluice-worker", ["WORKER_CONCURRENCY": "0"], "WORKER_CONCURRENCY"),
      ("sluice-worker", ["CASCADE": "acme"], "CASCADE"),
      (
        "sluice-worker", ["GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": ""],
        "GEMINI_API_KEY"
      ),
    ])
  func wrongSetting(name: String, environment: [String: String], mentioned: String) async throws {
    try await SluiceCluster.with(environment: environment) { cluster in
      let process = try await cluster.start(name)
      try await process.waitForOutput("\n")
      await process.waitUntilExit()
      #expect(process.exitStatus != 0)
      #expect(process.log.contains(mentioned))
      #expect(process.log.split(separator: "\n").count == 1, "\(process.log)")
    }
  }
}
