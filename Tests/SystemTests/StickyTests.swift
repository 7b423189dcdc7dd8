import Foundation
import Shared
import TestSupport
import Testing

@Suite("A conversation that stays with its target, in real processes", .bounded)
struct StickyTests {
  private static let config = """
    providers:
      - {name: alpha, dialect: openai, base_url: URL/groq/openai/v1, key: {env: ALPHA_KEY}, models: [small]}
      - {name: beta, dialect: gemini, base_url: URL/gemini/v1beta, key: {env: BETA_KEY}, models: [large]}
    routes:
      - {name: agents, sticky: true, targets: [alpha/small, beta/large]}
      - {name: loose, targets: [alpha/small, beta/large]}
    aliases: {"claude-*": agents}
    """

  /// Two workers, so that one has to know what the other did.
  private func with(_ body: (SluiceCluster, SluiceAPI) async throws -> Void) async throws {
    let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try await SluiceCluster.with(environment: [
      "SLUICE_CONFIG": file.path(), "ALPHA_KEY": "a", "BETA_KEY": "b",
    ]) { cluster in
      let text = Self.config.replacingOccurrences(of: "URL", with: cluster.simulator.url)
      try Data(text.utf8).write(to: file)
      let api = try await cluster.startAPI()
      var processes = [api.process]
      for _ in 0..<2 { processes.append(try await cluster.startWorker(seenBy: api)) }
      try await body(cluster, api)
      for process in processes { await process.killNow() }
    }
  }

  private func chat(
    _ texts: [String], model: String = "agents", key: String? = nil, stream: Bool = false
  ) -> JSONValue {
    var body: JSONObject = ["model": .string(model), "stream": .bool(stream)]
    body["messages"] = .array(
      texts.enumerated().map { index, text in
        ["role": index.isMultiple(of: 2) ? "user" : "assistant", "content": .string(text)]
      })
    if let key { body["prompt_cache_key"] = .string(key) }
    return .object(body)
  }

  private func answerer(
    _ api: SluiceAPI, _ body: JSONValue, path: String = "/v1/chat/completions",
    headers: [String: String] = [:]
  ) async throws -> String? {
    let reply = try await api.post(path, body, headers: headers)
    #expect(reply.status == 200, "\(reply.body)")
    return reply.headers["x-sluice-provider"]
  }

  /// The next request to the first target fails, once, which opens no circuit.
  private func interrupt(_ cluster: SluiceCluster) async throws {
    try await cluster.simulator.script([["provider": "groq", "times": 1, "behaviour": ["status": 400]]])
  }

  @Test("by what it begins with, by its key or its session, whole or streamed, in any of its client's words")
  func stays() async throws {
    try await with { cluster, api in
      try await interrupt(cluster)
      #expect(try await answerer(api, chat(["A"])) == "beta")
      for _ in 0..<4 { #expect(try await answerer(api, chat(["A", "B", "C"], stream: true)) == "beta") }
      #expect(try await answerer(api, chat(["D"])) == "alpha", "another conversation")
      #expect(try await answerer(api, chat(["A", "B", "C"], model: "loose")) == "alpha", "another route")

      try await interrupt(cluster)
      #expect(try await answerer(api, chat(["E"], key: "k")) == "beta")
      for text in ["F", "G"] { #expect(try await answerer(api, chat([text], key: "k")) == "beta") }
      #expect(try await answerer(api, chat(["E"])) == "alpha")

      for name in ["X-Claude-Code-Session-Id", "session_id", "session-id"] {
        try await interrupt(cluster)
        let session = [name: "one of \(name)"]
        for text in ["H", "I"] {
          let asked: JSONValue = [
            "model": "claude-sonnet-4-5", "max_tokens": 100,
            "messages": [["role": "user", "content": .string(text)]],
          ]
          #expect(try await answerer(api, asked, path: "/v1/messages", headers: session) == "beta")
        }
      }
    }
  }

  @Test("until its target is away, and then with the next one, though the first is back")
  func moves() async throws {
    try await with { cluster, api in
      #expect(try await answerer(api, chat(["A"])) == "alpha")
      try await interrupt(cluster)
      #expect(try await answerer(api, chat(["A", "B", "C"])) == "beta")
      #expect(try await answerer(api, chat(["A", "B", "C", "D", "E"])) == "beta")
    }
  }

  @Test("an answer is cached for all conversations that ask the same")
  func cached() async throws {
    try await with { _, api in
      for (session, cache) in [("one", "miss"), ("two", "hit")] {
        let reply = try await api.post(
          "/v1/chat/completions", chat(["A"]), headers: ["session_id": session, "X-Sluice-Cache": "use"])
        #expect(reply.status == 200 && reply.headers["x-cache"] == cache)
      }
    }
  }
}
