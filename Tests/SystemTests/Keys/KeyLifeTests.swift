import Shared
import TestSupport
import Testing

@Suite("The life of a key")
struct KeyLifeTests {
  @Test("it is shown once, asks and reads as its tenant, and is refused from the request after its end")
  func life() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let made = try await lab.call(.POST, "/admin/keys", ["tenant": "search", "name": "indexer"])
      let (id, key) = (
        try #require(made.json["id"]?.string), try #require(made.json["key"]?.string)
      )
      #expect(made.status == 201 && made.headers["location"] == "/admin/keys/\(id)")
      #expect(key.hasPrefix("sk-sluice-") && made.json["scopes"] == ["ask", "read"])
      let shown = try await lab.call(.GET, "/admin/keys/\(id)")
      #expect(shown.json["key"] == nil && shown.json["digest"] == nil && !shown.body.contains(key))
      #expect(made.json["hint"] == shown.json["hint"])
      let asked = try await lab.ask(key)
      #expect(asked.status == 200)
      let job = try #require(asked.json["id"]?.string)
      #expect(try await lab.get("/jobs/\(job)", key: key).status == 200)
      #expect(try await lab.api.get("/jobs/\(job)").status == 404, "it is another tenant's")
      #expect(try await lab.call(.DELETE, "/admin/keys/\(id)").status == 204)
      #expect(try await lab.ask(key).status == 401)
      try await eventually("it reads nothing more") {
        try await lab.get("/jobs/\(job)", key: key).status == 401
      }
      #expect(try await lab.call(.GET, "/admin/keys/\(id)").status == 404)
    }
  }

  @Test("a rotated key and the one before are both good for the overlap, and without one the new one alone")
  func rotation() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let (id, first) = try await lab.makeKey(of: "search")
      let path = "/admin/keys/\(id)/rotate"
      let rotated = try await lab.call(.POST, path, ["overlap_seconds": 600])
      let second = try #require(rotated.json["key"]?.string)
      #expect(rotated.status == 200 && second != first && rotated.json["id"]?.string == id)
      #expect(try await lab.ask(first).status == 200)
      #expect(try await lab.ask(second).status == 200)
      let third = try #require(try await lab.call(.POST, path).json["key"]?.string)
      #expect(try await lab.ask(first).status == 401)
      #expect(try await lab.ask(second).status == 401)
      #expect(try await lab.ask(third).status == 200)
      #expect(try await lab.call(.POST, path, ["overlap_seconds": 2_592_001]).status == 422)
    }
  }

  @Test(
    "no key ends before its overlap: what there is no room for is refused, and says when there is, at once or in turn"
  )
  func overlaps() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let (id, first) = try await lab.makeKey(of: "search")
      let path = "/admin/keys/\(id)/rotate"
      let replies = try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for _ in 0..<6 {
          group.addTask { try await lab.call(.POST, path, ["overlap_seconds": 600]) }
        }
        var replies: [HTTPReply] = []
        for try await reply in group { replies.append(reply) }
        return replies
      }
      let keys = [first] + replies.compactMap { $0.json["key"]?.string }
      #expect(replies.map(\.status).sorted() == [200, 200, 200, 200, 409, 409])
      for key in keys { #expect(try await lab.ask(key).status == 200) }
      let refused = try await lab.call(.POST, path, ["overlap_seconds": 1])
      #expect(
        refused.status == 409 && refused.json["type"] == replies.first { $0.status == 409 }?.json["type"])
      #expect(refused.json["detail"]?.string?.contains("is possible at 20") == true, "\(refused.body)")
      let last = try await lab.call(.POST, path)
      #expect(last.status == 200)
      for key in keys { #expect(try await lab.ask(key).status == 401) }
    }
  }

  @Test("a disabled key, and a key of a disabled or deleted tenant, are refused by every process at once")
  func disabled() async throws {
    try await KeyLab.with { lab in
      let other = KeyLab(cluster: lab.cluster, api: try await lab.cluster.startAPI())
      try await lab.makeTenant("search")
      let (id, key) = try await lab.makeKey(of: "search")
      #expect(try await other.ask(key).status == 200)
      #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", ["enabled": false]).status == 200)
      #expect(try await other.ask(key).status == 401)
      #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", ["enabled": true]).status == 200)
      try await eventually("it is good again") { try await other.ask(key).status == 200 }
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["enabled": false]).status == 200)
      let refused = try await other.ask(key)
      #expect(refused.status == 403 && refused.json["detail"] == "Tenant search is disabled.")
      #expect(try await lab.call(.DELETE, "/admin/tenants/search").status == 204)
      #expect(try await other.ask(key).status == 401)
      await other.api.process.killNow()
    }
  }

  @Test("the tenant of the service's key is bounded by its record")
  func serviceKey() async throws {
    try await KeyLab.with { lab in
      #expect(try await lab.ask(SluiceCluster.key).status == 200)
      let patch = try await lab.call(.PATCH, "/admin/tenants/default", ["limits": ["1 requests/day"]])
      #expect(patch.status == 200)
      #expect(try await lab.ask(SluiceCluster.key).status == 200)
      let refused = try await lab.ask(SluiceCluster.key)
      #expect(refused.status == 429 && refused.json["scope"] == "tenant")
      #expect(try await lab.call(.DELETE, "/admin/tenants/default").status == 409)
    }
  }

  @Test("without a pepper no key can be made, and the answer says so")
  func noPepper() async throws {
    try await KeyLab.with(worker: false, environment: ["KEY_PEPPER": ""]) { lab in
      let refused = try await lab.call(.POST, "/admin/keys", ["tenant": "default"])
      #expect(refused.status == 409 && refused.json["detail"]?.string?.contains("KEY_PEPPER") == true)
    }
  }
}
