import NIOHTTP1
import Shared
import TestSupport
import Testing

@Suite("The life of a job over HTTP")
struct JobLifeTests {
  private let question: JSONValue = ["prompt": "Why is the sky blue?"]

  private func waitForCall(_ cluster: SluiceCluster) async throws {
    try await eventually("a provider is being asked") {
      try await cluster.simulator.stats()["in_flight"]?.integer == 1
    }
  }

  // MARK: - Idempotency

  @Test("a repeated Idempotency-Key gives the first job, on both routes; another body is a conflict")
  func idempotency() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let key = ["Idempotency-Key": "order-4711"]
      let first = try await api.post("/jobs", question, headers: key)
      #expect(first.status == 202 && first.headers["idempotency-replayed"] == nil)
      let id = try #require(first.json["id"]?.string)
      let again = try await api.post("/jobs", question, headers: key)
      #expect(again.status == 200 && again.headers["idempotency-replayed"] == "true")
      #expect(again.json["id"]?.string == id && again.headers["location"] == "/jobs/\(id)")
      let other = try await api.post("/jobs", ["prompt": "Why is grass green?"], headers: key)
      #expect(other.status == 409 && other.json["type"] == "/problems/conflict")

      let queryKey = ["Idempotency-Key": "q"]
      let asked = try await api.post("/query", ["prompt": "Why?", "cache": "off"], headers: queryKey)
      let replayed = try await api.post("/query", ["prompt": "Why?", "cache": "off"], headers: queryKey)
      #expect(asked.status == 200 && replayed.status == 200)
      #expect(replayed.headers["idempotency-replayed"] == "true")
      #expect(asked.json["id"] == replayed.json["id"] && asked.json["response"] == replayed.json["response"])
      #expect(try await cluster.simulator.stats()["total"] == 2)
    }
  }

  @Test("a client that asks again while its first request is under way gets the same answer from one call")
  func idempotentWait() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      let other = try await cluster.startAPI()
      let key = ["Idempotency-Key": "k"]
      async let first = api.post("/query", question, headers: key)
      try await waitForCall(cluster)
      let second = try await other.post("/query", question, headers: key)
      #expect(try await first.json["id"] == second.json["id"] && second.status == 200)
      #expect(try await cluster.simulator.stats()["total"] == 1)
      await other.process.killNow()
    }
  }

  @Test(
    "a key that is none is refused",
    arguments: [String(repeating: "k", count: 256), "with space", "späß", "tab\tinside"])
  func wrongKey(key: String) async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let reply = try await api.post("/jobs", question, headers: ["Idempotency-Key": key])
      #expect(reply.status == 422 || reply.status == 400)
      await api.process.killNow()
    }
  }

  // MARK: - Coalescing

  @Test("equal questions at once are one call, and each caller is told so")
  func coalescing() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      async let first = api.post("/query", question)
      try await waitForCall(cluster)
      let second = try await api.post("/query", question)
      #expect(second.headers["x-cache"] == "coalesced" && second.json["cached"] == false)
      #expect(try await first.json["response"] == second.json["response"])
      #expect(try await first.json["id"] != second.json["id"])
      #expect(try await cluster.simulator.stats()["total"] == 1)
    }
  }

  // MARK: - Cancel

  @Test("cancelling a running job aborts the call to its provider and throws its answer away")
  func cancelRunning() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["hang": "before_headers"]]])
      let link = try #require(try await api.post("/jobs", question).headers["location"])
      try await waitForCall(cluster)
      async let waiting = api.get("\(link)?wait=120")
      let reply = try await api.call(.DELETE, link)
      #expect(reply.status == 200 && reply.json["status"] == "cancelled")
      try await eventually("the call is aborted") {
        try await cluster.simulator.stats()["aborted"]?.integer == 1
      }
      #expect(try await waiting.json["status"] == "cancelled")
      let again = try await api.call(.DELETE, link)
      #expect(again.status == 409 && again.json["detail"]?.string?.contains("cancelled") == true)
      #expect(
        try await api.call(.DELETE, "/jobs/job_000000000000000000000000000000000000").status == 404)
    }
  }

  @Test("a caller who waits for a job that is cancelled is told so")
  func cancelAwaited() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["hang": "before_headers"]]])
      async let answer = api.post("/query", question)
      try await waitForCall(cluster)
      let id = try #require(try await api.get("/jobs?status=running").json["data"]?[0]?["id"]?.string)
      _ = try await api.call(.DELETE, "/jobs/\(id)")
      #expect(try await answer.status == 409)
    }
  }

  // MARK: - Time

  @Test("a delayed job runs when its time has come, without anything else happening")
  func delay() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let job = try await api.post("/jobs", ["prompt": "Later", "delay_seconds": 1])
      #expect(job.json["status"] == "scheduled")
      let link = try #require(job.headers["location"])
      let done = try await api.get("\(link)?wait=120")
      #expect(done.json["status"] == "succeeded")
    }
  }

  @Test("a job that no worker took in time is expired")
  func expiry() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let link = try #require(
        try await api.post("/jobs", ["prompt": "Now or never", "expires_in": 1]).headers["location"])
      try await eventually("it is expired") { try await api.get(link).json["status"] == "expired" }
      await api.process.killNow()
    }
  }

  // MARK: - Lists

  @Test("jobs are listed page by page, and by state")
  func listing() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      var ids: [String] = []
      for number in 0..<5 {
        let job = try await api.post("/jobs", ["prompt": .string("question \(number)")])
        ids.append(try #require(job.json["id"]?.string))
      }
      let first = try await api.get("/jobs?limit=3")
      let cursor = try #require(first.json["next_cursor"]?.string)
      let second = try await api.get("/jobs?limit=3&cursor=\(cursor)")
      let seen = [first, second].flatMap { $0.json["data"]?.array ?? [] }.compactMap { $0["id"]?.string }
      #expect(seen == ids.sorted(by: >))
      #expect(second.json["next_cursor"] == .null)
      #expect(try await api.get("/jobs?status=succeeded").json["data"] == [])
      for wrong in ["limit=0", "limit=101", "limit=x", "cursor=x", "status=done"] {
        #expect(try await api.get("/jobs?\(wrong)").status == 422)
      }
      await api.process.killNow()
    }
  }
}
