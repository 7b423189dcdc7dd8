import Shared
import TestSupport
import Testing

@Suite("Headers of clients that are recorded, in real processes", .bounded)
struct RecordedHeaderTests {
  private static let headers = [
    "User-Agent": "claude-cli/2.1", "X-Claude-Code-Session-Id": "a-session", "X-Other": "unnamed-canary",
  ]

  @Test("stand in usage records and in the log, and what is not named in neither")
  func recorded() async throws {
    let names = [
      "RECORDED_HEADERS": "User-Agent, X-Claude-Code-Session-Id", "LOG_FORMAT": "json",
      "ADMIN_API_KEY": "admin",
    ]
    try await SluiceCluster.withOneOfEach(environment: names) { _, api in
      let body: JSONValue = ["prompt": "Hi", "metadata": ["team": "mill"], "cache": "off"]
      let reply = try await api.post("/query", body, headers: Self.headers)
      #expect(reply.status == 200, "\(reply.body)")
      var records: [JSONValue] = []
      try await eventually("the record is there") {
        records =
          try await api.get("/admin/usage/records", headers: ["X-API-Key": "admin"]).json["data"]?.array ?? []
        return !records.isEmpty
      }
      #expect(
        records.first?["metadata"]
          == ["team": "mill", "user-agent": "claude-cli/2.1", "x-claude-code-session-id": "a-session"])
      let line = try await eventually("the request has its line") {
        api.process.lines("request").first { $0["route"] == "/query" }
      }
      #expect(line["headers"] == "x-claude-code-session-id: a-session")
      #expect(line["user_agent"] == "claude-cli/2.1")
      #expect(!api.process.log.contains("unnamed-canary"))
    }
  }

  @Test("are none unless they are named, and never those that hold keys")
  func unnamed() async throws {
    try await SluiceCluster.with { cluster in
      for names in ["Authorization", "x-api-key, user-agent", "a b"] {
        let process = try await cluster.start("sluice-api", ["RECORDED_HEADERS": names])
        try await process.waitForOutput("RECORDED_HEADERS holds")
        await process.killNow()
      }
    }
  }
}
