import Shared
import TestSupport
import Testing

@Suite("A question on its way through real processes")
struct CascadeTests {
  private let question: JSONValue = ["prompt": "Why is the sky blue?"]

  private func path(_ reply: HTTPReply) -> [String] {
    reply.json["cascade_path"]?.array?.map { step in
      "\(step["provider"]?.string ?? "") \(step["status"]?.string ?? ""): \(step["reason"]?.string ?? "-")"
    } ?? []
  }

  @Test("the first provider answers")
  func first() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let reply = try await api.post("/query", question)
      #expect(reply.status == 200)
      #expect(reply.headers["x-cache"] == "miss")
      #expect(reply.json["status"] == "success")
      #expect(reply.json["provider"] == "gemini")
      #expect(reply.json["model"] == "gemini-2.5-flash")
      #expect(reply.json["response"]?.string?.isEmpty == false)
      #expect(reply.json["finish_reason"] == "stop")
      #expect(reply.json["cached"] == false)
      #expect(reply.json["error"] == .null)
      let usage = reply.json["usage"]
      let prompt = try #require(usage?["prompt_tokens"]?.integer)
      let completion = try #require(usage?["completion_tokens"]?.integer)
      #expect(usage?["total_tokens"]?.integer == prompt + completion)
      let price = try #require(PriceTable.list[Target(provider: "gemini", model: "gemini-2.5-flash")])
      let cost = price.cost(
        of: TokenUsage(promptTokens: Int(prompt), completionTokens: Int(completion)))
      #expect(reply.json["cost_estimate_usd"]?.double == cost.dollars)
      #expect(path(reply) == ["gemini success: -"])
    }
  }

  @Test("a server error goes on to the second provider")
  func second() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 500]]])
      let reply = try await api.post("/query", question)
      #expect(reply.status == 200)
      #expect(reply.json["provider"] == "groq")
      #expect(path(reply).count == 2 && path(reply).last == "groq success: -")
      #expect(path(reply)[0].hasPrefix("gemini failed: server error (500): "), "with the provider's words")
    }
  }

  @Test("HTML and broken JSON go on to the third provider")
  func third() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([
        ["provider": "gemini", "behaviour": ["body": "html"]],
        ["provider": "groq", "behaviour": ["body": "truncated_json"]],
      ])
      let reply = try await api.post("/query", question)
      #expect(reply.status == 200)
      #expect(reply.json["provider"] == "openrouter")
      #expect(path(reply).count == 3)
      #expect(path(reply).last == "openrouter success: -")
    }
  }

  @Test("three refused keys are a 502 that tells of all three, at once also the next time")
  func allRefused() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 401]]])
      for prompt in ["first", "second"] {
        let reply = try await api.post("/query", ["prompt": .string(prompt)])
        #expect(reply.status == 502)
        #expect(reply.headers["content-type"] == "application/problem+json")
        #expect(reply.json["type"]?.string?.hasSuffix("all-providers-failed") == true)
        #expect(path(reply).count == 3)
        #expect(path(reply).allSatisfy { $0.contains("key refused (401)") })
      }
    }
  }

  @Test("a repeated question is answered from the cache by another API process")
  func cache() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let second = try await cluster.startAPI()
      let asked = try await api.post("/query", question)
      let repeated = try await second.post("/query", question)
      #expect(repeated.status == 200)
      #expect(repeated.headers["x-cache"] == "hit")
      #expect(repeated.json["cached"] == true)
      #expect(repeated.json["response"] == asked.json["response"])
      #expect(repeated.json["id"] == asked.json["id"])
      let other = try await second.post("/query", ["prompt": "Why is the sky blue?", "max_tokens": 5])
      #expect(other.headers["x-cache"] == "miss")
      let off = try await second.post("/query", ["prompt": "Why is the sky blue?", "cache": "off"])
      #expect(off.headers["x-cache"] == "off" && off.json["cached"] == false)
      let job = try await second.post("/jobs", question)
      #expect(job.status == 202 && job.json["status"] == "succeeded")
      #expect(job.json["result"]?["cached"] == true)
      let link = try #require(job.headers["location"])
      #expect(try await api.get(link).json["result"] == job.json["result"])
      await second.process.killNow()
    }
  }

  @Test("where the cache is turned off, every answer says so")
  func noCache() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["CACHE_TTL": "0"]) { _, api in
      for _ in 0..<2 {
        let reply = try await api.post("/query", question)
        #expect(reply.status == 200 && reply.headers["x-cache"] == "off")
      }
    }
  }

  @Test("passing faults keep the job until a provider is back, and /query gets a job to come back for")
  func outage() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      // Too few for a circuit to open, so that only the queue's own retry is waited for.
      try await cluster.simulator.script([["provider": "*", "times": 3, "behaviour": ["status": 503]]])
      let reply = try await api.post("/query?wait=0", question)
      #expect(reply.status == 202)
      let link = try #require(reply.headers["location"])
      let job = try await api.get("\(link)?wait=120")
      #expect(job.json["status"] == "succeeded")
      #expect(job.json["attempts"] == 2)
    }
  }

  @Test("a content filter that all providers share is an answer that says so")
  func contentFilter() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["blocked": true]]])
      let reply = try await api.post("/query", question)
      #expect(reply.status == 200)
      #expect(reply.json["finish_reason"] == "content_filter")
      #expect(reply.json["response"] == "")
      #expect(reply.json["error"]?.string?.isEmpty == false)
      try await cluster.simulator.reset()
      let again = try await api.post("/query", question)
      #expect(again.json["finish_reason"] == "stop", "a refusal is not cached")
    }
  }

  @Test("a question that no provider takes fails with the first one's own words")
  func refusedByAll() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
      let reply = try await api.post("/query", question)
      #expect(reply.status == 502)
      #expect(path(reply).count == 3)
      #expect(reply.json["detail"]?.string?.isEmpty == false)
      let health = try await api.get("/health").json
      #expect(health["status"] == "healthy", "the circuits do not count it")
    }
  }
}
