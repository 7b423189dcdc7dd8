import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Conversations: kept, listed, changed")
struct ConversationTests {
  @Test("one is made, read, described anew and deleted")
  func life() async throws {
    try await ResponsesLab.with { lab in
      let made = try await lab.api.post("/v1/conversations", ["metadata": ["topic": "sky"]])
      #expect(made.status == 200, "\(made.body)")
      let id = try #require(made.json["id"]?.string)
      #expect(id.hasPrefix("conv_") && made.json["object"] == "conversation")
      #expect(made.json["created_at"]?.integer ?? 0 > 1_700_000_000)
      let path = "/v1/conversations/\(id)"
      #expect(try await lab.api.get(path).json == made.json)
      let changed = try await lab.api.post(path, ["metadata": ["topic": "sea", "a": "b"]])
      #expect(changed.json["metadata"] == ["topic": "sea", "a": "b"])
      #expect(try await lab.api.get(path).json == changed.json)
      #expect(try await lab.items(id) == [])
      let deleted = try await lab.api.call(.DELETE, path)
      #expect(deleted.json == ["id": .string(id), "object": "conversation.deleted", "deleted": true])
      for reply in [
        try await lab.api.get(path), try await lab.api.call(.DELETE, path),
        try await lab.api.get("\(path)/items"), try await lab.api.post(path, ["metadata": [:]]),
        try await lab.api.post("\(path)/items", ["items": [["role": "user", "content": "Hi"]]]),
        try await lab.ask("chat", ["input": "Hi", "conversation": .string(id)]),
      ] {
        ResponsesLab.expectAbsent(reply, id)
      }
    }
  }

  @Test("items come in pages, both ways, are read one by one, and go one by one")
  func pages() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin("One", "Two")
      let path = "/v1/conversations/\(id)/items"
      let added = try await lab.api.post(
        path,
        [
          "items": [
            ["type": "message", "role": "assistant", "content": "Three", "id": "msg_own"],
            [
              "type": "function_call", "call_id": "c", "name": "get_weather", "arguments": "{}",
              "id": "fc_own",
            ],
            ["type": "function_call_output", "call_id": "c", "output": "22"],
            ["role": "user", "content": [["type": "input_text", "text": "Four"]]],
          ]
        ])
      #expect(added.status == 200 && added.json["object"] == "list", "\(added.body)")
      let all = try await lab.items(id)
      #expect(added.json["data"]?.array == Array(all.dropFirst(2)))
      #expect(
        ResponsesLab.roles(all) == [
          "user", "user", "assistant", "function_call", "function_call_output", "user",
        ])
      #expect(all[2]["content"]?[0]?["text"] == "Three" && all[2]["status"] == "completed")
      #expect(Set(all.compactMap { $0["id"]?.string }).count == 6)
      var (seen, after): ([JSONValue], String?) = ([], nil)
      repeat {
        let page = try await lab.api.get("\(path)?limit=4" + (after.map { "&after=\($0)" } ?? "")).json
        seen += page["data"]?.array ?? []
        after = page["has_more"] == true ? page["last_id"]?.string : nil
      } while after != nil
      #expect(seen == all.reversed())
      let third = try #require(all[2]["id"]?.string)
      #expect(try await lab.api.get("\(path)/\(third)?include=a").json == all[2])
      let left = try await lab.api.call(.DELETE, "\(path)/\(third)")
      #expect(left.json["id"]?.string == id && left.json["object"] == "conversation")
      #expect(try await lab.items(id) == all.filter { $0 != all[2] })
      for reply in [
        try await lab.api.get("\(path)/\(third)"), try await lab.api.call(.DELETE, "\(path)/\(third)"),
      ] {
        #expect(reply.status == 404)
        #expect(reply.json["error"]?["message"]?.string?.hasPrefix("Item with id '\(third)'") == true)
      }
      for query in ["limit=0", "limit=101", "order=up", "after=msg_1"] {
        let reply = try await lab.api.get("\(path)?\(query)")
        #expect(reply.status == 400, "\(query)")
        #expect(reply.json["error"]?["param"]?.string == query.split(separator: "=").first.map(String.init))
      }
    }
  }

  @Test("what cannot be is refused in OpenAI's form, with the member that is wrong")
  func invalid() async throws {
    try await ResponsesLab.with { lab in
      let hi: JSONValue = ["role": "user", "content": "Hi"]
      let many = Array(repeating: hi, count: 21)
      var pairs: JSONObject = [:]
      for number in 0..<17 { pairs["k\(number)"] = "v" }
      let bodies: [(JSONValue, String)] = [
        (["items": .array(many)], "items"), (["items": "Hi"], "items"), (["items": [7]], "items[0]"),
        (["metadata": .object(pairs)], "metadata"),
        (["metadata": ["a": 1]], "metadata.a"), (["other": 1], "other"),
        (["items": [hi, ["role": "user"]]], "items[1].content"),
        (["items": [["role": "nobody", "content": "Hi"]]], "items[0].role"),
        (["items": [["type": "function_call", "call_id": "c", "name": "f"]]], "items[0].arguments"),
        (["items": [["type": "function_call_output", "output": "22"]]], "items[0].call_id"),
        (["items": [["type": "item_reference", "id": "msg_1"]]], "items[0].id"),
        (["items": [["content": "Hi"]]], "items[0].type"),
      ]
      let id = try await lab.begin()
      for path in ["/v1/conversations", "/v1/conversations/\(id)/items"] {
        for (body, parameter) in bodies where path.count < 20 || body["items"] != nil {
          let reply = try await lab.api.post(path, body)
          #expect(reply.status == 400, "\(body)")
          #expect(reply.json["error"]?["param"]?.string == parameter, "\(body): \(reply.body)")
          #expect(reply.json["error"]?["type"] == "invalid_request_error")
        }
      }
      for (path, parameter) in [("/items", "items"), ("", "metadata")] {
        let reply = try await lab.api.post("/v1/conversations/\(id)\(path)", [:])
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["code"] == "missing_required_parameter")
        #expect(reply.json["error"]?["param"]?.string == parameter)
      }
      #expect(try await lab.items(id) == [])
      for name in ["conv_1", "resp_1", "job_" + id.dropFirst(5)] {
        ResponsesLab.expectAbsent(try await lab.api.get("/v1/conversations/\(name)"), name)
        ResponsesLab.expectAbsent(
          try await lab.ask("chat", ["input": "Hi", "conversation": .string(name)]), name)
      }
      let members: [(JSONObject, String, String)] = [
        (["conversation": 7], "conversation", "invalid_value"),
        (["conversation": ["name": "x"]], "conversation", "invalid_value"),
        (
          ["conversation": .string(id), "previous_response_id": "resp_1"], "conversation",
          "mutually_exclusive_parameters"
        ),
      ]
      for (more, parameter, code) in members {
        let reply = try await lab.ask("chat", more.merging(["input": "Hi"]) { own, _ in own })
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["param"]?.string == parameter, "\(reply.body)")
        #expect(reply.json["error"]?["code"]?.string == code, "\(reply.body)")
      }
    }
  }

  @Test("what an item brings for a server of tools is not kept with it")
  func toolSecrets() async throws {
    try await ResponsesLab.with { lab in
      let item: JSONValue = [
        "type": "additional_tools", "role": "developer",
        "tools": [
          [
            "type": "mcp", "server_label": "notes", "server_url": "https://notes.example.com",
            "authorization": "canary-token", "headers": ["X-Key": "canary-header"],
          ]
        ],
      ]
      let made = try await lab.api.post("/v1/conversations", ["items": [item]])
      let id = try #require(made.json["id"]?.string, "\(made.body)")
      let added = try await lab.api.post("/v1/conversations/\(id)/items", ["items": [item]])
      #expect(added.status == 200 && !added.body.contains("canary"), "\(added.body)")
      let listed = try await lab.api.get("/v1/conversations/\(id)/items").body
      #expect(listed.contains("notes.example.com") && !listed.contains("canary"), "\(listed)")
    }
  }

  @Test("what cannot be read, as a later build may have written it, stays as it is for who can")
  func unreadable() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin()
      #expect(try await lab.ask("chat", ["input": "Hi", "conversation": .string(id)]).status == 200)
      let key = "sluice:{0}:conv:cnv_\(id.dropFirst(5))"
      let later = "r job_\(id.dropFirst(5)) 1769850902481 2 {}of a later build"
      try await lab.cluster.withQueue { _, redis in
        _ = try await redis.send(RedisCommand("HSET", key, "1", later))
        #expect(try await lab.items(id) == [])
        let stored = try await redis.send(RedisCommand("HGET", key, "1"))
        #expect(stored.string == later)
      }
    }
  }

  @Test("another tenant's is answered as one that never was")
  func foreign() async throws {
    try await ResponsesLab.with { lab in
      let id = ConversationID(unixMilliseconds: Timestamp.now)
      try await lab.cluster.withQueue { queue, _ in
        _ = try await queue.createConversation(
          id, tenant: "other", key: nil, metadata: nil, items: ByteBuffer(string: #"[{"id":"msg_1"}]"#))
      }
      let path = "/v1/conversations/\(id.text)"
      for reply in [
        try await lab.api.get(path), try await lab.api.call(.DELETE, path),
        try await lab.api.get("\(path)/items"), try await lab.api.get("\(path)/items/msg_1"),
        try await lab.api.call(.DELETE, "\(path)/items/msg_1"),
        try await lab.api.post(path, ["metadata": [:]]),
        try await lab.api.post("\(path)/items", ["items": [["role": "user", "content": "Hi"]]]),
        try await lab.ask("chat", ["input": "Hi", "conversation": .string(id.text)]),
      ] {
        ResponsesLab.expectAbsent(reply, id.text)
      }
    }
  }
}
