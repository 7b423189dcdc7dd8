import Shared
import TestSupport
import Testing

/// What tests of conversations ask.
extension ResponsesLab {
  /// A new conversation's id.
  func begin(_ texts: String...) async throws -> String {
    let items = texts.map { text -> JSONValue in ["role": "user", "content": .string(text)] }
    let reply = try await api.post("/v1/conversations", ["items": .array(items)])
    #expect(reply.status == 200, "\(reply.body)")
    return try #require(reply.json["id"]?.string)
  }

  /// All of its items, the oldest first.
  func items(_ id: String) async throws -> [JSONValue] {
    let reply = try await api.get("/v1/conversations/\(id)/items?order=asc&limit=100")
    #expect(reply.status == 200 && reply.json["has_more"] == false, "\(reply.body)")
    return reply.json["data"]?.array ?? []
  }

  /// Who says each item: its role, or what else it is.
  static func roles(_ items: [JSONValue]) -> [String?] {
    items.map { $0["role"]?.string ?? $0["type"]?.string }
  }

  /// Waits until so many calls to providers are open.
  func waitForCalls(_ count: Int64) async throws {
    try await eventually("\(count) calls are open") {
      try await cluster.simulator.stats()["in_flight"]?.integer == count
    }
  }

  /// The next call to OpenAI has no answer.
  func hang() async throws {
    try await cluster.simulator.script([
      ["provider": "openai", "times": 1, "behaviour": ["hang": "before_headers"]]
    ])
  }

  static func expectLocked(_ reply: HTTPReply) {
    #expect(reply.status == 400, "\(reply.body)")
    let error = reply.json["error"]
    #expect(error?["code"] == "conversation_locked" && error?["type"] == "invalid_request_error")
    #expect(error?["param"] == "conversation")
    #expect(error?["message"]?.string?.hasPrefix("Another process is currently operating") == true)
  }

  static func expectAbsent(_ reply: HTTPReply, _ id: String) {
    #expect(reply.status == 404, "\(reply.body)")
    #expect(reply.json["error"]?["type"] == "invalid_request_error")
    #expect(reply.json["error"]?["message"]?.string == "Conversation with id '\(id)' not found.")
  }
}
