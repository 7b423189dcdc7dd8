import NIOHTTP1
import Shared
import TestSupport
import Testing

@Suite("The lines of requests that are refused, and of those that ask nobody")
struct RefusalLineTests {
  private func with(
    environment: [String: String] = [:], _ body: (KeyLab) async throws -> Void
  ) async throws {
    try await KeyLab.with(environment: environment.merging(["LOG_FORMAT": "json"]) { $1 }, body)
  }

  private func line(_ lab: KeyLab, of id: String) async throws -> JSONValue {
    try await eventually("the request \(id) has its line: \(lab.api.process.log)") {
      lab.api.process.lines("request").first { $0["request_id"]?.string == id }
    }
  }

  @Test("who lacks a scope is named, and counted for its tenant")
  func scope() async throws {
    try await with { lab in
      try await lab.makeTenant("readers")
      let key = try await lab.makeKey(of: "readers", ["name": "eyes", "scopes": ["read"]]).key
      for (id, method, path) in [("s-1", HTTPMethod.POST, "/query"), ("s-2", .GET, "/admin/tenants/readers")]
      {
        let reply = try await lab.call(
          method, path, method == .POST ? ["prompt": "Why?"] : nil, key: key, headers: ["X-Request-Id": id])
        #expect(reply.status == 403, "\(reply.body)")
        let line = try await line(lab, of: id)
        #expect(line["tenant"] == "readers" && line["key"] == "eyes", "\(line)")
      }
      let page = try await lab.api.metrics(key: "admin-key")
      #expect(page[#"sluice_tenant_requests_total{tenant="readers"}"#] == 2, "\(page.text)")
    }
  }

  @Test("each refusal by a limit says what was asked, the first and those that the process remembers")
  func limits() async throws {
    try await with(environment: ["CASCADE": "gemini"]) { lab in
      try await lab.makeTenant("small", ["limits": ["1 tokens/hour"]])
      try await lab.makeTenant("poor", ["budgets": ["0.0000001/day"]])
      for tenant in ["small", "poor"] {
        let key = try await lab.makeKey(of: tenant).key
        for number in 1...3 {
          let id = "\(tenant)-\(number)"
          let reply = try await lab.call(
            .POST, "/query", ["prompt": "Why?", "model": "default"], key: key, headers: ["X-Request-Id": id])
          #expect(reply.status >= 400, "\(reply.body)")
          let line = try await line(lab, of: id)
          #expect(line["model"] == "default" && line["job"] == nil, "\(line)")
        }
      }
    }
  }

  @Test("who has tokens counted says of which model")
  func counts() async throws {
    try await with(environment: ["CASCADE": "groq"]) { lab in
      let turn: JSONValue = ["role": "user", "content": "Why?"]
      let part: JSONValue = ["role": "user", "parts": [["text": "Why?"]]]
      let asked: [(id: String, path: String, body: JSONValue)] = [
        ("c-1", "/v1/messages/count_tokens", ["model": "default", "messages": [turn]]),
        ("c-2", "/v1beta/models/default:countTokens", ["contents": [part]]),
      ]
      for (id, path, body) in asked {
        let reply = try await lab.call(
          .POST, path, body, key: SluiceCluster.key, headers: ["X-Request-Id": id])
        #expect(reply.status == 200, "\(reply.body)")
        #expect(try await line(lab, of: id)["model"] == "default")
      }
    }
  }

  @Test("who requeues or discards a dead letter says which")
  func deadLetters() async throws {
    try await with(environment: ["JOB_MAX_ATTEMPTS": "1", "CASCADE": "gemini"]) { lab in
      try await lab.cluster.simulator.script([["provider": "*", "behaviour": ["status": 503]]])
      let made = try await lab.api.post("/jobs", ["prompt": "Once more"])
      let (id, link) = (made.json["id"]?.string ?? "", made.headers["location"] ?? "")
      #expect(try await lab.api.get("\(link)?wait=120").json["status"] == "failed")
      let path = "/admin/dead-letters/\(id)/requeue"
      #expect(try await lab.call(.POST, path, headers: ["X-Request-Id": "d-1"]).status == 200)
      #expect(try await line(lab, of: "d-1")["job"]?.string == id)
    }
  }
}
