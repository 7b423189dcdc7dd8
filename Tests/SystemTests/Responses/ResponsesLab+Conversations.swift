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

  /// A new conversation in which a response in the background is being made, whose call has no answer yet.
  func beginHanging() async throws -> (conversation: String, response: String) {
    try await hang()
    let id = try await begin()
    let asked = try await ask("chat", ["input": "One", "conversation": .string(id), "background": true])
    #expect(asked.json["conversation"] == ["id": .string(id)], "\(asked.body)")
    let name = try #require(asked.json["id"]?.string)
    try await waitForCalls(1)
    return (id, name)
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
