import Shared
import TestSupport
import Testing

@Suite("Conversations in which responses are asked")
struct ConversationTurnTests {
  private static let weather: JSONValue = [
    "type": "function", "name": "get_weather", "description": "Looks.",
    "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
  ]

  @Test("it goes on through all dialects, whole and streamed, with calls, and loses nothing")
  func turns() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin("Turn begin.")
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
      let all = try await lab.items(id)
      #expect(all.count { $0["role"] == "user" } == 9)
      #expect(all.suffix(last["output"]?.array?.count ?? 0) == (last["output"]?.array ?? [])[...])
      #expect(Set(all.compactMap { $0["id"]?.string }).count == all.count)
      #expect(try await lab.items(id) == all, "as they are read, so they are kept")
    }
  }

  @Test("store: false leaves no response, and its items in the conversation all the same")
  func notStored() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin()
      let reply = try await lab.ask(
        "chat", ["input": "Hi", "conversation": .string(id), "store": false])
      #expect(reply.json["store"] == false && reply.json["conversation"] == ["id": .string(id)])
      let name = try #require(reply.json["id"]?.string)
      #expect(try await lab.api.get("/v1/responses/\(name)").status == 404)
      let all = try await lab.items(id)
      #expect(ResponsesLab.roles(all) == ["user", "assistant"])
      #expect(all.last == reply.json["output"]?.array?.last)
      let next = try await lab.ask("gemini", ["input": "Go on.", "conversation": .string(id)])
      #expect(next.status == 200, "\(next.body)")
      #expect(try await lab.items(id).count == 4)
    }
  }

  @Test("what was deleted is told to no later response, and a response that goes by stays what it was")
  func deletedItem() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin("The secret is 4711.")
      let first = try await lab.ask("chat", ["input": "Hello.", "conversation": .string(id)])
      let name = try #require(first.json["id"]?.string)
      let secret = try #require(try await lab.items(id).first?["id"]?.string)
      #expect(try await lab.api.call(.DELETE, "/v1/conversations/\(id)/items/\(secret)").status == 200)
      _ = try await lab.ask("chat", ["input": "Go on.", "conversation": .string(id)])
      let sent = "\(try await lab.lastRequest(of: "chat"))"
      #expect(sent.contains("Hello.") && !sent.contains("4711"))
      // A response that is deleted was said all the same.
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 200)
      #expect(ResponsesLab.roles(try await lab.items(id)) == ["user", "assistant", "user", "assistant"])
    }
  }

  @Test(
    "a response in a conversation can be gone on from, with what was said before it and nothing behind it")
  func branch() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin("Turn A.")
      let name = try #require(
        try await lab.ask("chat", ["input": "Turn B.", "conversation": .string(id)]).json["id"]?.string)
      _ = try await lab.ask("chat", ["input": "Turn C.", "conversation": .string(id)])
      let listed = try await lab.api.get("/v1/responses/\(name)/input_items?order=asc").json["data"]
      #expect(listed?.array?.map { $0["content"]?[0]?["text"] } == ["Turn A.", "Turn B."])
      let members: JSONObject = ["input": "Turn D.", "previous_response_id": .string(name)]
      #expect(try await lab.ask("chat", members).status == 200)
      let sent = "\(try await lab.lastRequest(of: "chat"))"
      #expect(sent.contains("Turn A.") && sent.contains("Turn B.") && !sent.contains("Turn C."))
      #expect(try await lab.items(id).count == 5)
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
      let (id, name) = try await lab.beginHanging()
      ResponsesLab.expectLocked(try await lab.ask("chat", ["input": "Two", "conversation": .string(id)]))
      let hi: JSONValue = ["items": [["role": "user", "content": "Hi"]]]
      ResponsesLab.expectLocked(try await lab.api.post("/v1/conversations/\(id)/items", hi))
      #expect(try await lab.items(id) == [])
      #expect(try await lab.api.call(.POST, "/v1/responses/\(name)/cancel").json["status"] == "cancelled")
      #expect(try await lab.api.post("/v1/conversations/\(id)/items", hi).status == 200)
      let next = try await lab.ask("chat", ["input": "Three", "conversation": .string(id)])
      #expect(next.status == 200, "\(next.body)")
      #expect(
        ResponsesLab.roles(try await lab.items(id)) == ["user", "user", "assistant"],
        "what was cancelled adds nothing")
    }
  }

  @Test("a response in the background is added at its end, also when its worker died and another made it")
  func background() async throws {
    try await ResponsesLab.with { lab in
      let (id, name) = try await lab.beginHanging()
      let second = try await lab.cluster.startWorker(environment: lab.environment, seenBy: lab.api)
      await lab.worker.killNow()
      let response = try await lab.ended(name)
      #expect(response["status"] == "completed" && response["conversation"] == ["id": .string(id)])
      let all = try await lab.items(id)
      #expect(ResponsesLab.roles(all) == ["user", "assistant"])
      #expect(all.last == response["output"]?.array?.last)
      await second.killNow()
    }
  }

  @Test("a conversation that is deleted while a response in it is made stays deleted, and the response ends")
  func deletedDuring() async throws {
    try await ResponsesLab.with { lab in
      let (id, name) = try await lab.beginHanging()
      #expect(try await lab.api.call(.DELETE, "/v1/conversations/\(id)").status == 200)
      #expect(try await lab.api.call(.POST, "/v1/responses/\(name)/cancel").status == 200)
      ResponsesLab.expectAbsent(try await lab.api.get("/v1/conversations/\(id)"), id)
    }
  }

  @Test("a request that comes again under its key is the one response, though the conversation has gone on")
  func replayed() async throws {
    try await ResponsesLab.with { lab in
      let id = try await lab.begin()
      let body: JSONValue = ["model": "chat/m", "input": "One", "conversation": .string(id)]
      let first = try await lab.api.post("/v1/responses", body, headers: ["Idempotency-Key": "a"])
      let again = try await lab.api.post("/v1/responses", body, headers: ["Idempotency-Key": "a"])
      #expect(again.status == 200 && again.json == first.json, "\(again.body)")
      #expect(again.headers["idempotency-replayed"] == "true")
      #expect(try await lab.items(id).count == 2)
      let other: JSONValue = ["model": "chat/m", "input": "Two", "conversation": .string(id)]
      let reused = try await lab.api.post("/v1/responses", other, headers: ["Idempotency-Key": "a"])
      #expect(reused.status == 409)
    }
  }

  @Test("equal questions in equal conversations have one answer of the cache, which each of them is told")
  func cached() async throws {
    try await ResponsesLab.with { lab in
      let (first, second) = (try await lab.begin("Turn A."), try await lab.begin("Turn A."))
      for (id, cache) in [(first, "miss"), (second, "hit")] {
        let reply = try await lab.api.post(
          "/v1/responses", ["model": "chat/m", "input": "One", "conversation": .string(id)],
          headers: ["X-Sluice-Cache": "use"])
        #expect(reply.headers["x-cache"] == cache, "\(reply.body)")
        #expect(ResponsesLab.roles(try await lab.items(id)) == ["user", "user", "assistant"])
      }
    }
  }

  @Test("one that grows over MAX_BODY_BYTES takes no more, and says what to do")
  func bound() async throws {
    try await ResponsesLab.with { lab in
      let small = try await lab.cluster.startAPI(
        environment: lab.environment.merging(["MAX_BODY_BYTES": "4096"]) { $1 })
      let id = try await lab.begin()
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
