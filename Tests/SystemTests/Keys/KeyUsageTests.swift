import Shared
import TestSupport
import Testing

@Suite("Who has used what")
struct KeyUsageTests {
  @Test("what a key asked is told to its tenant and to administrators, in sums and records that agree")
  func told() async throws {
    try await KeyLab.with { lab in
      for tenant in ["search", "other"] { try await lab.makeTenant(tenant) }
      let (id, key) = try await lab.makeKey(of: "search")
      let (_, other) = try await lab.makeKey(of: "other")
      for user in ["ann", "bob", "ann"] {
        #expect(try await lab.ask(key, headers: ["X-Sluice-User": user]).status == 200)
      }
      let cached: JSONValue = ["prompt": "Again?", "metadata": ["team": "x"]]
      for result in ["miss", "hit"] {
        #expect(try await lab.call(.POST, "/query", cached, key: key).headers["x-cache"] == result)
      }
      let stream: JSONValue = [
        "model": "default", "stream": true, "messages": [["role": "user", "content": "Why?"]],
      ]
      #expect(try await lab.call(.POST, "/v1/chat/completions", stream, key: key).status == 200)
      #expect(try await lab.ask(other).status == 200)

      let own = try await lab.get("/usage?group_by=tenant,key", key: key).json["data"]?.array ?? []
      #expect(own.map { $0["requests"] } == [6] && own[0]["cached"] == 1 && own[0]["key"] == .string(id))
      let users = try await lab.get("/usage?group_by=user", key: key).json["data"]?.array ?? []
      #expect(
        users.map { $0["user"] } == [.null, "ann", "bob"] && users.map { $0["requests"] } == [3, 2, 1])
      let all = try await lab.get("/admin/usage?group_by=tenant&format=csv", key: "admin-key")
      let lines = all.body.split(whereSeparator: \.isNewline)
      #expect(lines.map { $0.prefix { $0 != "," } } == ["tenant", "other", "search"])

      let page = try await lab.get("/admin/usage/records?tenant=search", key: "admin-key").json
      let records = page["data"]?.array ?? []
      #expect(
        records.map { $0["answered_by"]?.string } == Array(repeating: "provider", count: 4) + [
          "cache", "provider",
        ])
      #expect(records[3]["metadata"] == ["team": "x"] && records[4]["metadata"] == ["team": "x"])
      #expect(records[5]["first_token_ms"]?.integer != nil && records[0]["first_token_ms"]?.isNull == true)
      for record in records where record["answered_by"] != "cache" {
        let (queued, total) = (record["queue_ms"]?.integer ?? -1, record["total_ms"]?.integer ?? -1)
        #expect((0...total).contains(queued), "\(record)")
      }
      for number in ["prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens"] {
        let sum = records.reduce(0) { $0 + ($1[number]?.integer ?? 0) }
        #expect(own[0][number] == .integer(sum), "\(number)")
      }
      #expect(try await lab.get("/admin/usage", key: key).status == 403)
      #expect(try await lab.get("/usage", key: "admin-key").status == 403)
      #expect(try await lab.get("/usage?tenant=other", key: key).status == 422)
    }
  }
}
