import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Conversations: kept, listed, changed, and asked in")
struct ConversationTests {
  private static let weather: JSONValue = [
    "type": "function", "name": "get_weather", "description": "Looks.",
    "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
  ]

  /// A new conversation's id.
  private func begin(_ lab: ResponsesLab, _ texts: String...) async throws -> String {
    let items = texts.map { text -> JSONValue in ["role": "user", "content": .string(text)] }
    let reply = try await lab.api.post("/v1/conversations", ["items": .array(items)])
    #expect(reply.status == 200, "\(reply.body)")
    return try #require(reply.json["id"]?.string)
  }

  private func items(_ lab: ResponsesLab, _ id: String) async throws -> [JSONValue] {
    let reply = try await lab.api.get("/v1/conversations/\(id)/items?order=asc&limit=100")
    #expect(reply.status == 200 && reply.json["has_more"] == false, "\(reply.body)")
    return reply.json["data"]?.array ?? []
  }

  /// Who says each item: its role, or what else it is.
  private func roles(_ items: [JSONValue]) -> [String?] {
    items.map { $0["role"]?.string ?? $0["type"]?.string }
  }

  private func waitForCalls(_ lab: ResponsesLab, _ count: Int64) async throws {
    try await eventually("\(count) calls are open") {
      try await lab.cluster.simulator.stats()["in_flight"]?.integer == count
    }
  }

  private func hang(_ lab: ResponsesLab) async throws {
    try await lab.cluster.simulator.script([
      ["provider": "openai", "times": 1, "behaviour": ["hang": "before_headers"]]
    ])
  }

  private func expectLocked(_ reply: HTTPReply) {
    #expect(reply.status == 400, "\(reply.body)")
    let error = reply.json["error"]
    #expect(error?["code"] == "conversation_locked" && error?["type"] == "invalid_request_error")
    #expect(error?["param"] == "conversation")
    #expect(error?["message"]?.string?.hasPrefix("Another process is currently operating") == true)
  }

  private func expectAbsent(_ reply: HTTPReply, _ id: String) {
    #expect(reply.status == 404, "\(reply.body)")
    #expect(reply.json["error"]?["type"] == "invalid_request_error")
    #expect(reply.json["error"]?["message"]?.string == "Conversation with id '\(id)' not found.")
  }

  // MARK: - What clients keep

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
      #expect(try await items(lab, id) == [])
      let deleted = try await lab.api.call(.DELETE, path)
      #expect(deleted.json == ["id": .string(id), "object": "conversation.deleted", "deleted": true])
      for reply in [
        try await lab.api.get(path), try await lab.api.call(.DELETE, path),
        try await lab.api.get("\(path)/items"), try await lab.api.post(path, ["metadata": [:]]),
        try await lab.api.post("\(path)/items", ["items": [["role": "user", "content": "Hi"]]]),
        try await lab.ask("chat", ["input": "Hi", "conversation": .string(id)]),
      ] {
        expectAbsent(reply, id)
      }
    }
  }

  @Test("items come in pages, both ways, are read one by one, and go one by one")
  func pages() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab, "One", "Two")
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
      let all = try await items(lab, id)
      #expect(added.json["data"]?.array == Array(all.dropFirst(2)))
      #expect(roles(all) == ["user", "user", "assistant", "function_call", "function_call_output", "user"])
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
      #expect(try await items(lab, id) == all.filter { $0 != all[2] })
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
      let id = try await begin(lab)
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
      #expect(try await items(lab, id) == [])
      for name in ["conv_1", "resp_1", "job_" + id.dropFirst(5)] {
        expectAbsent(try await lab.api.get("/v1/conversations/\(name)"), name)
        expectAbsent(try await lab.ask("chat", ["input": "Hi", "conversation": .string(name)]), name)
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
        expectAbsent(reply, id.text)
      }
    }
  }

  // MARK: - Responses in one

  @Test("it goes on through all dialects, whole and streamed, with calls, and loses nothing")
  func turns() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab, "Turn begin.")
      var last: JSONValue = .null
      for (number, provider) in (ResponsesLab.dialects + ResponsesLab.dialects).enumerated() {
        var input: [JSONValue] = []
        for call in last["output"]?.array ?? [] where call["type"] == "function_call" {
          input.append(
            ["type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "22 degrees"])
        }
        input.append(["role": "user", "content": .string("Turn \(number). Use get_weather.")])
        let members: JSONObject = [
          "input": .array(input), "tools": [Self.weather],
          "conversation": number.isMultiple(of: 2) ? .string(id) : ["id": .string(id)],
        ]
        if number < 4 {
          let reply = try await lab.ask(provider, members)
          #expect(reply.status == 200, "\(reply.body)")
          last = reply.json
        } else {
          let joined = JoinedResponse(try await lab.stream(provider, members))
          #expect(joined.faults == [])
          last = joined.response
        }
        #expect(last["conversation"] == ["id": .string(id)] && last["status"] == "completed")
        let sent = "\(try await lab.lastRequest(of: provider)["body"] ?? .null)"
        for earlier in 0...number {
          #expect(sent.contains("Turn \(earlier). Use"), "turn \(earlier) is lost")
        }
        #expect(sent.contains("Turn begin."))
        #expect(!sent.contains("conv_"), "its id is nobody else's")
      }
      let all = try await items(lab, id)
      #expect(all.count { $0["role"] == "user" } == 9)
      #expect(all.suffix(last["output"]?.array?.count ?? 0) == (last["output"]?.array ?? [])[...])
      #expect(Set(all.compactMap { $0["id"]?.string }).count == all.count)
      #expect(try await items(lab, id) == all, "as they are read, so they are kept")
    }
  }

  @Test("store: false leaves no response, and its items in the conversation all the same")
  func notStored() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab)
      let reply = try await lab.ask(
        "chat", ["input": "Hi", "conversation": .string(id), "store": false])
      #expect(reply.json["store"] == false && reply.json["conversation"] == ["id": .string(id)])
      let name = try #require(reply.json["id"]?.string)
      #expect(try await lab.api.get("/v1/responses/\(name)").status == 404)
      let all = try await items(lab, id)
      #expect(roles(all) == ["user", "assistant"])
      #expect(all.last == reply.json["output"]?.array?.last)
      let next = try await lab.ask("gemini", ["input": "Go on.", "conversation": .string(id)])
      #expect(next.status == 200, "\(next.body)")
      #expect(try await items(lab, id).count == 4)
    }
  }

  @Test("what was deleted is told to no later response, and a response that goes by stays what it was")
  func deletedItem() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab, "The secret is 4711.")
      let first = try await lab.ask("chat", ["input": "Hello.", "conversation": .string(id)])
      let name = try #require(first.json["id"]?.string)
      let secret = try #require(try await items(lab, id).first?["id"]?.string)
      #expect(try await lab.api.call(.DELETE, "/v1/conversations/\(id)/items/\(secret)").status == 200)
      _ = try await lab.ask("chat", ["input": "Go on.", "conversation": .string(id)])
      let sent = "\(try await lab.lastRequest(of: "chat"))"
      #expect(sent.contains("Hello.") && !sent.contains("4711"))
      // A response that is deleted was said all the same.
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 200)
      #expect(roles(try await items(lab, id)) == ["user", "assistant", "user", "assistant"])
    }
  }

  @Test(
    "a response in a conversation can be gone on from, with what was said before it and nothing behind it")
  func branch() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab, "Turn A.")
      let name = try #require(
        try await lab.ask("chat", ["input": "Turn B.", "conversation": .string(id)]).json["id"]?.string)
      _ = try await lab.ask("chat", ["input": "Turn C.", "conversation": .string(id)])
      let listed = try await lab.api.get("/v1/responses/\(name)/input_items?order=asc").json["data"]
      #expect(listed?.array?.map { $0["content"]?[0]?["text"] } == ["Turn A.", "Turn B."])
      let members: JSONObject = ["input": "Turn D.", "previous_response_id": .string(name)]
      #expect(try await lab.ask("chat", members).status == 200)
      let sent = "\(try await lab.lastRequest(of: "chat"))"
      #expect(sent.contains("Turn A.") && sent.contains("Turn B.") && !sent.contains("Turn C."))
      #expect(try await items(lab, id).count == 5)
      #expect(try await lab.api.call(.DELETE, "/v1/conversations/\(id)").status == 200)
      let gone = try await lab.ask("chat", members)
      #expect(gone.status == 400)
      #expect(gone.json["error"]?["code"] == "previous_response_not_found", "\(gone.body)")
      #expect(try await lab.api.get("/v1/responses/\(name)").status == 200)
    }
  }

  @Test(
    "while a response in it is made another is refused, and items, too; once it is cancelled both are taken")
  func locked() async throws {
    try await ResponsesLab.with { lab in
      try await hang(lab)
      let id = try await begin(lab)
      let asked = try await lab.ask(
        "chat", ["input": "One", "conversation": .string(id), "background": true])
      let name = try #require(asked.json["id"]?.string)
      try await waitForCalls(lab, 1)
      expectLocked(try await lab.ask("chat", ["input": "Two", "conversation": .string(id)]))
      let hi: JSONValue = ["items": [["role": "user", "content": "Hi"]]]
      expectLocked(try await lab.api.post("/v1/conversations/\(id)/items", hi))
      #expect(try await items(lab, id) == [])
      #expect(try await lab.api.call(.POST, "/v1/responses/\(name)/cancel").json["status"] == "cancelled")
      #expect(try await lab.api.post("/v1/conversations/\(id)/items", hi).status == 200)
      let next = try await lab.ask("chat", ["input": "Three", "conversation": .string(id)])
      #expect(next.status == 200, "\(next.body)")
      #expect(
        roles(try await items(lab, id)) == ["user", "user", "assistant"], "what was cancelled adds nothing")
    }
  }

  @Test("a response in the background is added at its end, also when its worker died and another made it")
  func background() async throws {
    try await ResponsesLab.with { lab in
      try await hang(lab)
      let id = try await begin(lab)
      let asked = try await lab.ask(
        "chat", ["input": "One", "conversation": .string(id), "background": true])
      let name = try #require(asked.json["id"]?.string)
      #expect(asked.json["conversation"] == ["id": .string(id)])
      try await waitForCalls(lab, 1)
      let second = try await lab.cluster.startWorker(environment: lab.environment, seenBy: lab.api)
      await lab.worker.killNow()
      let response = try await eventually("the response ends") { () -> JSONValue? in
        let response = try await lab.api.get("/v1/responses/\(name)").json
        if ["queued", "in_progress"].contains(response["status"]) { return nil }
        return response
      }
      #expect(response["status"] == "completed" && response["conversation"] == ["id": .string(id)])
      let all = try await items(lab, id)
      #expect(roles(all) == ["user", "assistant"])
      #expect(all.last == response["output"]?.array?.last)
      await second.killNow()
    }
  }

  @Test("a conversation that is deleted while a response in it is made stays deleted, and the response ends")
  func deletedDuring() async throws {
    try await ResponsesLab.with { lab in
      try await hang(lab)
      let id = try await begin(lab)
      let asked = try await lab.ask(
        "chat", ["input": "One", "conversation": .string(id), "background": true])
      let name = try #require(asked.json["id"]?.string)
      try await waitForCalls(lab, 1)
      #expect(try await lab.api.call(.DELETE, "/v1/conversations/\(id)").status == 200)
      #expect(try await lab.api.call(.POST, "/v1/responses/\(name)/cancel").status == 200)
      expectAbsent(try await lab.api.get("/v1/conversations/\(id)"), id)
    }
  }

  @Test("a request that comes again under its key is the one response, though the conversation has gone on")
  func replayed() async throws {
    try await ResponsesLab.with { lab in
      let id = try await begin(lab)
      let body: JSONValue = ["model": "chat/m", "input": "One", "conversation": .string(id)]
      let first = try await lab.api.post("/v1/responses", body, headers: ["Idempotency-Key": "a"])
      let again = try await lab.api.post("/v1/responses", body, headers: ["Idempotency-Key": "a"])
      #expect(again.status == 200 && again.json == first.json, "\(again.body)")
      #expect(again.headers["idempotency-replayed"] == "true")
      #expect(try await items(lab, id).count == 2)
      let other: JSONValue = ["model": "chat/m", "input": "Two", "conversation": .string(id)]
      let reused = try await lab.api.post("/v1/responses", other, headers: ["Idempotency-Key": "a"])
      #expect(reused.status == 409)
    }
  }

  @Test("equal questions in equal conversations have one answer of the cache, which each of them is told")
  func cached() async throws {
    try await ResponsesLab.with { lab in
      let (first, second) = (try await begin(lab, "Turn A."), try await begin(lab, "Turn A."))
      for (id, cache) in [(first, "miss"), (second, "hit")] {
        let reply = try await lab.api.post(
          "/v1/responses", ["model": "chat/m", "input": "One", "conversation": .string(id)],
          headers: ["X-Sluice-Cache": "use"])
        #expect(reply.headers["x-cache"] == cache, "\(reply.body)")
        #expect(roles(try await items(lab, id)) == ["user", "user", "assistant"])
      }
    }
  }

  @Test("one that grows over MAX_BODY_BYTES takes no more, and says what to do")
  func bound() async throws {
    try await ResponsesLab.with { lab in
      let small = try await lab.cluster.startAPI(
        environment: lab.environment.merging(["MAX_BODY_BYTES": "4096"]) { $1 })
      let id = try await begin(lab)
      let long = String(repeating: "a", count: 1500)
      let items: JSONValue = ["items": [["role": "user", "content": .string(long)]]]
      var last = try await small.post("/v1/conversations/\(id)/items", items)
      for _ in 0..<3 where last.status == 200 {
        last = try await small.post("/v1/conversations/\(id)/items", items)
      }
      #expect(last.status == 400)
      #expect(last.json["error"]?["param"] == "conversation", "\(last.body)")
      #expect(try await lab.api.post("/v1/conversations/\(id)/items", items).status == 200)
      #expect(try await lab.api.post("/v1/conversations/\(id)/items", items).status == 200)
      let asked = try await small.post(
        "/v1/responses", ["model": "chat/m", "input": "Hi", "conversation": .string(id)])
      #expect(asked.status == 400)
      #expect(
        asked.json["error"]?["message"]?.string?.contains("more than 4096 bytes") == true, "\(asked.body)")
      await small.process.killNow()
    }
  }
}
