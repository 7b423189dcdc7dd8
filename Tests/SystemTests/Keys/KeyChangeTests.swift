import Shared
import TestSupport
import Testing

@Suite("Changes of what a key may do")
struct KeyChangeTests {
  @Test("who only asks is not refused for ever by what was so once")
  func allowedAgain() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search", ["models": ["groq/*"]])
      let (id, key) = try await lab.makeKey(of: "search")
      #expect(try await lab.ask(key).status == 403)
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["models": nil]).status == 200)
      try await eventually("the route may be asked") { try await lab.ask(key).status == 200 }
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["enabled": false]).status == 200)
      #expect(try await lab.ask(key).status == 403)
      #expect(try await lab.call(.PATCH, "/admin/tenants/search", ["enabled": true]).status == 200)
      try await eventually("the tenant asks again") { try await lab.ask(key).status == 200 }
      #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", ["scopes": ["read"]]).status == 200)
      #expect(try await lab.ask(key).status == 403)
      #expect(try await lab.call(.PATCH, "/admin/keys/\(id)", ["scopes": nil]).status == 200)
      try await eventually("the key asks again") { try await lab.ask(key).status == 200 }
    }
  }

  @Test("an idempotency key replays nothing to a key that was revoked")
  func replay() async throws {
    try await KeyLab.with { lab in
      try await lab.makeTenant("search")
      let (id, key) = try await lab.makeKey(of: "search")
      let once = ["Idempotency-Key": "once"]
      #expect(try await lab.ask(key, headers: once).status == 200)
      #expect(try await lab.ask(key, headers: once).headers["idempotency-replayed"] == "true")
      #expect(try await lab.call(.DELETE, "/admin/keys/\(id)").status == 204)
      #expect(try await lab.ask(key, headers: once).status == 401)
    }
  }
}
