import Shared
import TestSupport
import Testing

@Suite("What a hard budget pays for")
struct KeySpendTests {
  @Test("targets without a known price are passed over while a hard budget stands, where the tenant says so")
  func unpriced() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("strict", ["budgets": ["5/month"], "unpriced": "refuse"])
      try await lab.makeTenant(
        "soft", ["budgets": [["usd": 5, "per": "month", "kind": "soft"]], "unpriced": "refuse"])
      try await lab.makeTenant("open", ["budgets": ["5/month"]])
      func ask(_ tenant: String, _ model: String) async throws -> HTTPReply {
        let (_, key) = try await lab.makeKey(of: tenant)
        return try await lab.call(
          .POST, "/query", ["prompt": "Why?", "model": .string(model), "cache": "off", "max_tokens": 10],
          key: key)
      }
      let refused = try await ask("strict", "groq/nobody-knows-its-price")
      #expect(refused.status == 403)
      #expect(
        refused.json["detail"]
          == #"No target of "groq/nobody-knows-its-price" has a known price, and tenant strict refuses such while it has a hard budget."#
      )
      for tenant in ["soft", "open"] {
        #expect(try await ask(tenant, "groq/nobody-knows-its-price").status == 200, "\(tenant)")
      }
      let priced = try await ask("strict", "default")
      #expect(priced.status == 200)
      let left = try await lab.call(.GET, "/admin/tenants/strict").json["left"]?["budgets"]?[0]
      #expect((left?["used"]?.double ?? 0) > 0 && left?["reserved"]?.double == 0)
    }
  }

  /// The record of a tenant's only job, once it is written.
  private func record(_ lab: KeyLab) async throws -> JSONValue {
    try await eventually("the job has a record") {
      try await lab.call(.GET, "/admin/usage/records").json["data"]?[0]
    }
  }

  private func expectSpent(_ record: JSONValue, _ lab: KeyLab) async throws {
    let left = try await lab.call(.GET, "/admin/tenants/search").json["left"]?["budgets"]?[0]
    let cost = try #require(record["cost_usd"]?.double)
    #expect(cost > 0 && left?["used"]?.double == cost && left?["reserved"]?.double == 0)
  }

  @Test("who cancels a job that a provider is answering pays for what was bought until then")
  func cancelled() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["budgets": ["5/month"]])
      let (_, key) = try await lab.makeKey(of: "search")
      try await lab.cluster.simulator.script([["provider": "*", "behaviour": ["hang": "before_headers"]]])
      let made = try await lab.call(.POST, "/jobs", ["prompt": "Why?", "max_tokens": 10], key: key)
      let id = try #require(made.json["id"]?.string)
      try await eventually("a provider is being asked") {
        try await lab.cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      #expect(try await lab.call(.DELETE, "/jobs/\(id)", key: key).json["status"] == "cancelled")
      let record = try await record(lab)
      #expect(record["status"] == "cancelled" && record["lost_attempts"] == 0)
      // `Why?`, and four for the turn.
      #expect(record["prompt_tokens"] == 5 && record["completion_tokens"] == 0)
      try await expectSpent(record, lab)
    }
  }

  @Test("what a killed worker has bought counts as what it had reserved, and the job is answered by another")
  func killed() async throws {
    try await SluiceCluster.with(environment: KeyLab.environment) { cluster in
      let api = try await cluster.startAPI()
      let lab = KeyLab(cluster: cluster, api: api)
      let first = try await cluster.startWorker(seenBy: api)
      try await lab.makeTenant("search", ["budgets": ["5/month"]])
      let (_, key) = try await lab.makeKey(of: "search")
      try await cluster.simulator.script([
        ["provider": "*", "times": 1, "behaviour": ["hang": "before_headers"]]
      ])
      let made = try await lab.call(.POST, "/jobs", ["prompt": "Why?", "max_tokens": 10], key: key)
      let id = try #require(made.json["id"]?.string)
      try await eventually("a provider is being asked") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      await first.killNow()
      let second = try await cluster.start("sluice-worker", [:])
      #expect(try await lab.get("/jobs/\(id)?wait=120", key: key).json["status"] == "succeeded")
      let record = try await record(lab)
      #expect(record["lost_attempts"] == 1 && record["attempts"] == 2)
      try await expectSpent(record, lab)
      await second.killNow()
      await api.process.killNow()
    }
  }
}
