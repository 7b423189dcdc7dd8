import Shared
import TestSupport
import Testing

@Suite("Administrators and users")
struct UserAdministrationTests {
  @Test("users are listed with what they used, by pages, for who reaches their tenant")
  func list() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      try await lab.makeTenant("ads")
      let (_, key) = try await lab.makeKey(of: "search")
      let (_, lead) = try await lab.makeKey(of: "search", ["scopes": ["admin:read"]])
      let (_, other) = try await lab.makeKey(of: "ads", ["scopes": ["admin:keys"]])
      for user in ["anna@example.com", "bert", "anna@example.com"] {
        #expect(try await lab.ask(key, headers: ["X-Sluice-User": user]).status == 200)
      }
      let first = try await lab.call(.GET, "/admin/users?tenant=search&limit=1").json
      let anna = first["data"]?[0]
      #expect(anna?["id"] == "anna@example.com" && anna?["tenant"] == "search")
      #expect(anna?["requests"] == 2 && (anna?["cost_usd"]?.double ?? 0) > 0)
      #expect((anna?["prompt_tokens"]?.integer ?? 0) > 0 && anna?["last_seen_at"]?.string != nil)
      let next = try #require(first["next"]?.string)
      let second = try await lab.call(.GET, "/admin/users?tenant=search&limit=1&cursor=\(next)").json
      #expect(second["data"]?[0]?["id"] == "bert" && second["next"] == .null)
      #expect(try await lab.get("/admin/users", key: lead).json["data"]?.array?.count == 2)
      #expect(try await lab.get("/admin/users?tenant=search", key: other).status == 404)
      #expect(try await lab.call(.GET, "/admin/users").status == 422)
      #expect(try await lab.call(.GET, "/admin/users?tenant=nobody").status == 404)
      #expect(try await lab.call(.GET, "/admin/users?tenant=search&cursor=x").status == 422)
      #expect(try await lab.get("/admin/users?tenant=search", key: key).status == 403)
    }
  }

  @Test("what is kept of a user can be exported, and deleted; the log tells by a digest whose it was")
  func forget() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let (_, key) = try await lab.makeKey(of: "search")
      let (_, lead) = try await lab.makeKey(of: "search", ["scopes": ["admin:read"]])
      let name = "anna b/c@example.com"
      let asked = try await lab.ask(key, "What am I called?", headers: ["X-Sluice-User": name])
      let job = try #require(asked.json["id"]?.string)
      let path = "/admin/users/anna%20b%2Fc%40example.com"
      // Who reads records, or makes keys, does not read what users asked.
      let (_, keys) = try await lab.makeKey(of: "search", ["scopes": ["admin:keys", "admin:operate"]])
      for other in [lead, keys] {
        #expect(try await lab.get("\(path)/export?tenant=search", key: other).status == 403)
      }
      let (_, all) = try await lab.makeKey(of: "search", ["scopes": ["admin:all"]])
      let exported = try await lab.get("\(path)/export?tenant=search", key: all)
      #expect(exported.status == 200 && exported.headers["content-type"] == "application/x-ndjson")
      let lines = exported.body.split(separator: "\n").map { try? JSONParser.parse(String($0)) }
      #expect(
        lines.count == 1 && lines[0]?["user"] == .string(name) && lines[0]?["job"]?["id"] == .string(job))
      #expect(lines[0]?["job"]?["result"]?["response"] == asked.json["response"])
      let seen = try await lab.call(.GET, "/admin/audit?limit=1")
      #expect(seen.json["data"]?[0]?["action"] == "user.export" && !seen.body.contains("anna"))
      #expect(try await lab.call(.DELETE, "\(path)?tenant=search", key: lead).status == 403)
      #expect(try await lab.call(.DELETE, "\(path)?tenant=search").status == 204)
      let log = try await lab.call(.GET, "/admin/audit?limit=1")
      #expect(log.json["data"]?[0]?["action"] == "user.delete" && !log.body.contains("anna"))
      #expect(log.json["data"]?[0]?["before"]?["tenant"] == "search")
      #expect(try await lab.get("/jobs/\(job)", key: key).status == 404)
      #expect(try await lab.call(.GET, "/admin/users?tenant=search").json["data"] == [])
      #expect(try await lab.call(.GET, "\(path)/export?tenant=search").body.isEmpty)
      #expect(try await lab.call(.DELETE, "/admin/users/nobody?tenant=search").status == 204)
      let tooLong = String(repeating: "x", count: 257)
      #expect(try await lab.call(.DELETE, "/admin/users/\(tooLong)?tenant=search").status == 422)
    }
  }
}
