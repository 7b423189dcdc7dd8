import Shared
import TestSupport
import Testing

@Suite("The program for administrators")
struct CommandTests {
  private func with(_ body: (CommandLab) async throws -> Void) async throws {
    try await KeyLab.with(worker: false) { try await body(CommandLab(lab: $0)) }
  }

  @Test("a tenant and a key are made, and the key asks")
  func making() async throws {
    try await with { sluice in
      let tenant = try await sluice.run(
        "tenants", "create", "search", "--limit", "100 requests/minute", "--budget", "50/month")
      #expect(tenant.status == 0 && tenant.text.contains("50/month"), "\(tenant.text)")
      let key = try await sluice.run("keys", "create", "--tenant", "search", "--key-only")
      let material = String(key.text.dropLast())
      #expect(KeyMaterial(parsing: material) != nil, "\(key.text)")
      let listed = try await sluice.run("keys", "list", "--json")
      #expect(listed.json["data"]?.array?.count == 1 && !listed.text.contains(material))
      let limits = try await sluice.run("limits", "search")
      #expect(limits.text.contains("100 requests/minute") && limits.text.contains("50/month"))
      let reply = try await sluice.lab.get("/usage/limits", key: material)
      #expect(reply.status == 200)
    }
  }

  @Test("who changes a record that another has changed is told so, and changes nothing")
  func versions() async throws {
    try await with { sluice in
      _ = try await sluice.run("tenants", "create", "search")
      let shown = try await sluice.run("tenants", "show", "search").text
      let line = try #require(shown.split(separator: "\n").first { $0.hasPrefix("etag") })
      let tag = String(line.drop { !$0.isNumber }.prefix { $0.isNumber })
      let first = try await sluice.run("tenants", "update", "search", "--weight", "2", "--if-match", tag)
      #expect(first.status == 0, "\(first.text)")
      let second = try await sluice.run("tenants", "update", "search", "--weight", "3", "--if-match", tag)
      #expect(second.status == 1 && second.text.contains("somebody has changed it"), "\(second.text)")
      let third = try await sluice.run("tenants", "update", "search", "--name", "x", "--json")
      #expect(third.json["weight"] == 2 && third.json["name"] == "x")
    }
  }

  @Test("exit codes tell a refusal, a server that is away and a command that is none from each other")
  func exitCodes() async throws {
    try await with { sluice in
      #expect(try await sluice.run("tenants", "show", "nobody").status == 1)
      #expect(try await sluice.run("tenants", "list", environment: ["SLUICE_ADMIN_KEY": "wrong"]).status == 1)
      #expect(try await sluice.run("tenants", "list", "--url", "http://127.0.0.1:1").status == 3)
      #expect(try await sluice.run("tenants", "make").status == 64)
      let secret = "sk-sluice-jk6kdmwx1dea1vaxwha67qc1ea2y36nq2OwiOO"
      for arguments in [["keys", "show", secret], ["keys", "list", secret]] {
        let run = try await sluice.run(arguments[0], arguments[1], arguments[2])
        #expect(run.status == 64 && !run.text.contains(secret), "\(run.text)")
      }
    }
  }

  @Test("tenants and keys move with an archive, and the keys go on working")
  func moving() async throws {
    try await with { sluice in
      let scratch = try ScratchFolder()
      try await sluice.lab.makeTenant("search")
      let (id, key) = try await sluice.lab.makeKey(of: "search", ["name": "bot"])
      let exported = try await sluice.run("export", "--output", scratch.path("all"))
      #expect(exported.status == 0, "\(exported.text)")
      #expect(try await sluice.run("tenants", "delete", "search").status == 0)
      #expect(try await sluice.lab.get("/usage/limits", key: key).status == 401)
      let imported = try await sluice.run("import", scratch.path("all"), "--json")
      #expect(
        imported.json["data"]?.array?.map { $0["outcome"] } == ["created", "created"], "\(imported.text)")
      try await eventually("the key is good again") {
        try await sluice.lab.get("/usage/limits", key: key).status == 200
      }
      #expect(try await sluice.run("keys", "show", id, "--json").json["name"] == "bot")
      let again = try await sluice.run("import", scratch.path("all"), "--json")
      #expect(again.json["data"]?.array?.map { $0["outcome"] } == ["kept", "kept"])
      // Each page of the export has its entry.
      let verified = try await sluice.run("audit", "verify", "--json")
      #expect(verified.status == 0 && verified.json["entries"] == 7, "\(verified.text)")
    }
  }
}
