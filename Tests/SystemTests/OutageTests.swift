import Foundation
import Shared
import TestSupport
import Testing

@Suite("Slow is better than broken")
struct OutageTests {
  @Test(
    "with every provider down, jobs wait, a question turns into a job, and all are answered once one is back")
  func spillOver() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 503]]])
      let question = try await api.post("/query?wait=1", ["prompt": "Are you there?"])
      #expect(question.status == 202)
      var links = [try #require(question.headers["location"])]
      for number in 0..<10 {
        let job = try await api.post("/jobs", ["prompt": .string("question \(number)")])
        links.append(try #require(job.headers["location"]))
      }
      try await cluster.simulator.script([])
      for link in links {
        let job = try await eventually("it is answered") { () -> HTTPReply? in
          let job = try await api.get("\(link)?wait=30")
          return job.json["status"] == "succeeded" ? job : nil
        }
        #expect(job.json["result"]?["response"]?.string?.isEmpty == false)
      }
    }
  }

  @Test(
    "a Redis that stands still for half of the time that a command has fails nobody",
    arguments: ["CLIENT PAUSE", "SIGSTOP"])
  func pause(by means: String) async throws {
    // In the proportion of a second to the default, and longer, so that a busy machine does not make up the rest.
    try await SluiceCluster.with(environment: ["REDIS_TIMEOUT_MS": "8000"]) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      _ = try await api.post("/query", ["prompt": "Are you there?"])
      let redis = try #require(cluster.redis.pid)
      // What lasts four seconds is the fault, in a process of its own.
      let commands = [
        "CLIENT PAUSE": "redis-cli -s \(cluster.redis.socket) CLIENT PAUSE 4000 ALL; echo begun",
        "SIGSTOP": "kill -STOP \(redis); echo begun; sleep 4; kill -CONT \(redis)",
      ]
      let fault = try await ChildProcess("/bin/sh", ["-c", try #require(commands[means])])
      try await fault.waitForOutput("begun")
      try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for number in 0..<30 {
          let path = number % 2 == 0 ? "/query" : "/jobs"
          group.addTask { try await api.post(path, ["prompt": .string("\(number)"), "cache": "off"]) }
        }
        group.addTask { try await api.get("/health") }
        for try await reply in group { #expect([200, 202].contains(reply.status), "\(reply)") }
      }
      await fault.waitUntilExit()
      try await eventually("every job is answered") {
        try await api.get("/metrics").body.contains(#"sluice_jobs_ended_total{state="succeeded"} 31"#)
      }
      #expect(try await cluster.simulator.stats()["total"] == 31, "nothing was asked twice")
      for process in [api.process, worker] {
        #expect(!process.log.contains("did not answer in time"), "\(process.log)")
      }
      await worker.killNow()
      await api.process.killNow()
    }
  }

  @Test("a frozen Redis costs one time-out; who waits for an answer goes on waiting, and gets it")
  func frozen() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster, api in
      try await cluster.simulator.script([["provider": "*", "times": 1, "behaviour": ["latency_ms": 4000]]])
      async let waiting = api.post("/query?wait=60", ["prompt": "Take your time", "cache": "off"])
      try await eventually("a provider is being asked") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      cluster.redis.pause()
      let first = try await api.post("/jobs", ["prompt": "first"])
      #expect(first.status == 503 && first.json["type"] == "/problems/unacknowledged", "\(first)")
      for number in 0..<20 {
        let reply = try await api.post("/jobs", ["prompt": .string("\(number)")])
        #expect(reply.status == 503 && reply.headers["retry-after"] == "1")
        #expect(reply.json["type"] == "/problems/unavailable", "nothing was sent: \(reply)")
      }
      let health = try await api.get("/health")
      #expect(health.status == 503 && health.json["redis"]?["status"] == "suspect")
      #expect(health.json["status"] == "unhealthy")
      try await eventually("the answer is there and cannot be recorded") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 0
      }
      #expect(api.process.log.components(separatedBy: "did not answer in time").count == 2, "said once")
      cluster.redis.resume()
      let answer = try await waiting
      #expect(answer.status == 200, "\(answer)")
      try await eventually("all goes on") { try await api.post("/query", ["prompt": "And?"]).status == 200 }
      let job = try await api.get("/jobs/\(answer.json["id"]?.string ?? "")")
      #expect(job.json["attempts"] == 1, "its provider was asked once")
      #expect(try await api.get("/health").json["redis"]?["status"] == "up")
    }
  }

  /// A route that asks, and a question in its dialect.
  private static let questions: [(path: String, body: JSONValue)] = [
    ("/query", ["prompt": "a", "cache": "off"]),
    ("/jobs", ["prompt": "b", "cache": "off"]),
    ("/v1/chat/completions", ["model": "default", "messages": [["role": "user", "content": "c"]]]),
    (
      "/v1/chat/completions",
      ["model": "default", "stream": true, "messages": [["role": "user", "content": "d"]]]
    ),
    (
      "/v1/messages",
      ["model": "default", "max_tokens": 20, "messages": [["role": "user", "content": "e"]]]
    ),
    ("/v1/responses", ["model": "default", "input": "f"]),
    ("/v1beta/models/default:generateContent", ["contents": [["role": "user", "parts": [["text": "g"]]]]]),
  ]

  @Test("no dialect lets a request that Redis may have taken be sent again at once, but under its key")
  func unanswered() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster, api in
      #expect(try await api.post("/query", ["prompt": "Are you there?", "cache": "off"]).status == 200)
      cluster.redis.pause()
      var told: [HTTPReply] = []
      try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for (path, body) in Self.questions { group.addTask { try await api.post(path, body) } }
        for try await reply in group { told.append(reply) }
      }
      #expect(told.allSatisfy { $0.status == 503 }, "\(told)")
      // One that came after the first time-out was not sent to Redis, and may come again.
      let perhaps = told.filter { $0.headers["x-should-retry"] == "false" }
      #expect(!perhaps.isEmpty && perhaps.allSatisfy { $0.headers["retry-after"] == nil }, "\(told)")
      #expect(told.count { $0.headers["retry-after"] == "1" } == told.count - perhaps.count, "\(told)")
      cluster.redis.resume()
      for detail in perhaps.compactMap({ $0.json["detail"]?.string }) {
        #expect(detail.contains("/jobs/job_"), "it is told where it would be found: \(detail)")
      }
      try await eventually("all goes on") {
        try await api.post("/query", ["prompt": "And?", "cache": "off"]).status == 200
      }
      try await eventually("all that was taken has ended") {
        let jobs = try await api.get("/jobs").json["data"]?.array ?? []
        return jobs.allSatisfy { $0["status"] == "succeeded" }
      }
      let asked = try await cluster.simulator.stats()["total"]?.integer ?? 0
      #expect(asked <= Int64(2 + perhaps.count), "who may come again has not run")
    }
  }

  @Test("a request that Redis may have taken comes again under its key, and is paid once")
  func unansweredUnderKey() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster, api in
      #expect(try await api.post("/query", ["prompt": "Are you there?", "cache": "off"]).status == 200)
      cluster.redis.pause()
      let key = ["Idempotency-Key": "k-1"]
      let question: JSONValue = ["prompt": "Once", "cache": "off"]
      let first = try await api.post("/query", question, headers: key)
      #expect(first.status == 503 && first.json["type"] == "/problems/unacknowledged", "\(first)")
      #expect(first.headers["retry-after"] == "1" && first.headers["x-should-retry"] == nil)
      cluster.redis.resume()
      let again = try await eventually("it is answered") { () -> HTTPReply? in
        let reply = try await api.post("/query", question, headers: key)
        return reply.status == 200 ? reply : nil
      }
      #expect(again.headers["idempotency-replayed"] == "true", "\(again)")
      #expect(try await cluster.simulator.stats()["total"] == 2)
    }
  }

  @Test("two workers keep to one quota together, and no request is spent on a 429")
  func sharedQuota() async throws {
    let environment = ["GROQ_QUOTA": "20 requests/minute", "CASCADE": "groq"]
    try await SluiceCluster.withOneOfEach(environment: environment) { cluster, api in
      let second = try await cluster.startWorker(seenBy: api)
      for number in 0..<60 {
        _ = try await api.post("/jobs", ["prompt": .string("question \(number)"), "cache": "off"])
      }
      try await eventually("every job was looked at") {
        let metrics = try await api.get("/metrics").body
        return metrics.contains(#"sluice_jobs_ended_total{state="succeeded"} 20"#)
          && metrics.contains(#"sluice_jobs{state="scheduled"} 40"#)
      }
      #expect(try await cluster.simulator.stats()["total"] == 20)
      await second.killNow()
    }
  }
}
