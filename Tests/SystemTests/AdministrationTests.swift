import Shared
import TestSupport
import Testing

@Suite("What an operator does")
struct AdministrationTests {
  private let admin = ["X-API-Key": "admin-key"]
  private let environment = ["ADMIN_API_KEY": "admin-key"]
  /// The same, where a job that meets a passing fault has used up its attempts.
  private var impatient: [String: String] { environment.merging(["JOB_MAX_ATTEMPTS": "1"]) { own, _ in own } }

  @Test("a job that failed for good is listed, requeued and answered")
  func requeue() async throws {
    try await SluiceCluster.withOneOfEach(environment: impatient) { cluster, api in
      try await cluster.simulator.script([["provider": "*", "times": 3, "behaviour": ["status": 503]]])
      let link = try #require(try await api.post("/jobs", ["prompt": "Once more"]).headers["location"])
      #expect(try await api.get("\(link)?wait=120").json["status"] == "failed")
      let letters = try await api.get("/admin/dead-letters", headers: admin)
      let letter = try #require(letters.json["data"]?[0])
      #expect(letter["kind"] == "request" && letter["tenant"] == "default")
      #expect(letter["job"]?["error"]?["code"] == "attempts_exhausted")
      let id = try #require(letter["job"]?["id"]?.string)
      let path = "/admin/dead-letters/\(id)"
      #expect(try await api.call(.POST, "\(path)/requeue", headers: admin).status == 200)
      #expect(try await api.get("\(link)?wait=120").json["status"] == "succeeded")
      #expect(try await api.call(.POST, "\(path)/requeue", headers: admin).status == 404)
      #expect(try await api.call(.DELETE, path, headers: admin).status == 404)
      let log = try await api.get("/admin/audit", headers: admin).json["data"]?.array ?? []
      #expect(log.map { $0["action"] } == ["dead-letter.requeue"], "what was not done is not in the log")
      #expect(log[0]["target"] == .string(id) && log[0]["before"]?["tenant"] == "default")
      let usage = try await api.get("/admin/usage/records", headers: admin).json["data"]?.array ?? []
      #expect(usage.map { $0["status"] } == ["failed", "succeeded"])
      #expect(usage.allSatisfy { $0["job"]?.string == id })
    }
  }

  @Test("a request that every provider refused is its client's to mend, and no dead letter")
  func refused() async throws {
    try await SluiceCluster.withOneOfEach(environment: environment) { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
      let reply = try await api.post("/query", ["prompt": "What?"])
      #expect(reply.status == 502 && reply.json["cascade_path"]?.array?.isEmpty == false)
      #expect(try await api.get("/admin/dead-letters", headers: admin).json["data"] == [])
      #expect(try await api.get("/metrics").body.contains("sluice_dead_letters_held 0"))
    }
  }

  @Test("a dead letter that was discarded is off the list")
  func discard() async throws {
    try await SluiceCluster.withOneOfEach(environment: impatient) { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 503]]])
      let link = try #require(try await api.post("/jobs", ["prompt": "Never"]).headers["location"])
      #expect(try await api.get("\(link)?wait=120").json["status"] == "failed")
      let id = link.dropFirst("/jobs/".count)
      #expect(try await api.call(.DELETE, "/admin/dead-letters/\(id)", headers: admin).status == 200)
      #expect(try await api.get("/admin/dead-letters", headers: admin).json["data"] == [])
      #expect(try await api.get(link).json["status"] == "failed")
    }
  }

  @Test("each key opens its own doors only")
  func keys() async throws {
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      for path in ["/admin/dead-letters", "/admin/usage", "/admin/usage/records"] {
        #expect(try await api.get(path).status == 403)
        #expect(try await api.get(path, headers: ["X-API-Key": ""]).status == 401)
        #expect(try await api.get(path, headers: ["X-API-Key": "wrong"]).status == 401)
        #expect(try await api.get(path, headers: admin).status == 200)
      }
      #expect(try await api.get("/jobs", headers: admin).status == 403)
      #expect(try await api.post("/query", ["prompt": "x"], headers: admin).status == 403)
      await api.process.killNow()
      let closed = try await cluster.startAPI(environment: ["ADMIN_API_KEY": ""])
      #expect(try await closed.get("/admin/usage", headers: admin).status == 401)
      await closed.process.killNow()
    }
  }

  @Test("Prometheus reads what happened in the queue")
  func metrics() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      _ = try await api.post("/query", ["prompt": "Count me"])
      let metrics = try await api.get("/metrics", headers: ["X-API-Key": ""])
      #expect(metrics.status == 200 && metrics.headers["content-type"]?.hasPrefix("text/plain") == true)
      let lines = Set(metrics.body.split(separator: "\n"))
      #expect(lines.contains(#"sluice_jobs_ended_total{state="succeeded"} 1"#))
      #expect(lines.contains("sluice_workers 1") && lines.contains("sluice_stale_outcomes_total 0"))
    }
  }
}
