import Foundation
import NIOHTTP1
import Shared
import TestSupport
import Testing

@Suite("Aliases of models, asked by keys")
struct AliasTests {
  private static let text = """
    routes:
      - {name: smart, targets: [groq/llama-smart]}
      - {name: other, targets: [groq/llama-other]}
    aliases:
      claude-*: smart
      gpt-5.1: smart
      gpt-5*: other
    """

  private static func with(_ body: (KeyLab) async throws -> Void) async throws {
    let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    try await KeyLab.with(environment: ["SLUICE_CONFIG": file.path()], body)
  }

  private func ask(_ lab: KeyLab, _ key: String, _ model: String) async throws -> HTTPReply {
    try await lab.call(
      .POST, "/v1/chat/completions",
      ["model": .string(model), "messages": [["role": "user", "content": "Why?"]]], key: key)
  }

  @Test("a name that a client insists on leads where its alias says, on every route, and is counted as that")
  func asked() async throws {
    try await Self.with { lab in
      let key = SluiceCluster.key
      #expect(try await ask(lab, key, "claude-sonnet-4-5").json["model"] == "llama-smart")
      #expect(try await ask(lab, key, "gpt-5.1").json["model"] == "llama-smart", "the exact one goes first")
      #expect(try await ask(lab, key, "gpt-5.2-codex").json["model"] == "llama-other")
      #expect(try await ask(lab, key, "gpt-4").status == 404)
      let native = try await lab.call(.POST, "/query", ["prompt": "Why?", "model": "claude-x"], key: key)
      #expect(native.json["model"] == "llama-smart")
      try await lab.api.process.waitForOutput(" model=claude-x target=groq/llama-smart ")
      try await eventually("the usage is counted") {
        let usage = try await lab.call(.GET, "/admin/usage?group_by=route")
        let routes = usage.json["data"]?.array?.compactMap { $0["route"]?.string } ?? []
        return Set(routes) == ["smart", "other"]
      }
      let models = try await lab.get("/v1/models", key: key).json["data"]?.array ?? []
      let ids = models.compactMap { $0["id"]?.string }
      #expect(ids.contains("gpt-5.1") && !ids.contains { $0.contains("*") })
      #expect(try await lab.get("/v1/models/claude-opus-9", key: key).json["id"] == "claude-opus-9")
    }
  }

  @Test("a key's models are judged by what the alias stands for, or by the alias itself")
  func judged() async throws {
    try await Self.with { lab in
      try await lab.makeTenant("search")
      let (_, byRoute) = try await lab.makeKey(
        of: "search", ["models": ["smart"], "limits": [["limit": "2 requests/day", "model": "smart"]]])
      #expect(try await ask(lab, byRoute, "gpt-5.2").status == 403)
      let ids = try await lab.get("/v1/models", key: byRoute).json["data"]?.array?.map { $0["id"] }
      #expect(ids == ["smart", "gpt-5.1"])
      #expect(try await ask(lab, byRoute, "claude-sonnet-4-5").status == 200)
      #expect(try await ask(lab, byRoute, "gpt-5.1").status == 200)
      let refused = try await ask(lab, byRoute, "claude-haiku")
      #expect(refused.status == 429, "an alias is no way around the limit of what it stands for")

      let (_, byAlias) = try await lab.makeKey(of: "search", ["models": ["claude-*"]])
      #expect(try await ask(lab, byAlias, "claude-sonnet-4-5").status == 200)
      #expect(try await ask(lab, byAlias, "smart").status == 403)
    }
  }
}
