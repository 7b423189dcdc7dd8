import Foundation
import Shared
import TestSupport
import Testing

@Suite("Responses that are kept: read, listed, gone on from, deleted")
struct StoredResponseTests {
  private static let weather: JSONValue = [
    "type": "function", "name": "get_weather", "description": "Looks.",
    "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
  ]

  private func id(_ reply: HTTPReply) throws -> String {
    #expect(reply.status == 200, "\(reply.body)")
    return try #require(reply.json["id"]?.string)
  }

  @Test("one is read again as it was told, whole or streamed", arguments: ResponsesLab.dialects)
  func read(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let members: JSONObject = [
        "input": "Why is the sky blue?", "instructions": "Be brief.", "metadata": ["a": "b"],
        "tools": [Self.weather], "reasoning": ["effort": "low", "summary": "auto"],
      ]
      let whole = try await lab.ask(provider, members)
      #expect(whole.json["store"] == true)
      let again = try await lab.api.get("/v1/responses/\(id(whole))")
      #expect(again.status == 200)
      #expect(again.json == whole.json)
      let streamed = JoinedResponse(try await lab.stream(provider, members))
      #expect(streamed.faults == [])
      let name = try #require(streamed.response["id"]?.string)
      #expect(
        try await lab.api.get("/v1/responses/\(name)?include=a").json["output"] == streamed.response["output"]
      )
    }
  }

  @Test("store: false leaves nothing to come back for")
  func notStored() async throws {
    try await ResponsesLab.with { lab in
      let reply = try await lab.ask("chat", ["input": "Hi", "store": false])
      #expect(reply.json["store"] == false)
      let name = try id(reply)
      for path in ["", "/input_items"] {
        let answer = try await lab.api.get("/v1/responses/\(name)\(path)")
        #expect(answer.status == 404)
        #expect(answer.json["error"]?["type"] == "invalid_request_error")
      }
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 404)
      let streamed = JoinedResponse(try await lab.stream("chat", ["input": "Hi", "store": false]))
      for name in [name, try #require(streamed.response["id"]?.string)] {
        let job = "job_" + name.dropFirst("resp_".count)
        for key in ["j", "r"] {
          let left = try await lab.cluster.withQueue { _, redis in
            try await redis.send(RedisCommand("PTTL", "sluice:{0}:\(key):\(job)"))
          }
          let milliseconds = try #require(left.integer)
          #expect((1...60_000).contains(milliseconds), "\(key)")
        }
      }
      let next = try await lab.ask("chat", ["input": "Go on", "previous_response_id": .string(name)])
      #expect(next.status == 400)
      #expect(next.json["error"]?["code"] == "previous_response_not_found")
    }
  }

  @Test(
    "a chain through all dialects, with calls, thoughts and a stream, loses nothing and is refused by none")
  func chain() async throws {
    try await ResponsesLab.with { lab in
      var asked = try await lab.ask(
        "responses",
        [
          "input": "Use get_weather.", "tools": [Self.weather],
          "reasoning": ["effort": "low", "summary": "auto"],
        ])
      var names = [try id(asked)]
      for (number, provider) in (ResponsesLab.dialects + ResponsesLab.dialects).enumerated() {
        let call = asked.json["output"]?.array?.last { $0["type"] == "function_call" }
        var input: [JSONValue] = []
        if let call {
          input = [
            ["type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "22 degrees"]
          ]
        }
        input.append(["role": "user", "content": .string("Turn \(number). Use get_weather.")])
        asked = try await lab.ask(
          provider,
          [
            "input": .array(input), "tools": [Self.weather],
            "previous_response_id": .string(names[names.count - 1]),
          ])
        #expect(asked.json["previous_response_id"]?.string == names.last)
        names.append(try id(asked))
      }
      let last = try #require(asked.json["output"]?.array?.last)
      var end: JSONObject = ["input": "Thanks.", "previous_response_id": .string(names[names.count - 1])]
      if last["type"] == "function_call" {
        end["input"] = [
          ["type": "function_call_output", "call_id": last["call_id"] ?? .null, "output": "22"],
          ["role": "user", "content": "Thanks."],
        ]
      }
      let streamed = JoinedResponse(try await lab.stream("responses", end))
      #expect(streamed.faults == [])
      #expect(streamed.end == "response.completed")
      let sent = try await lab.lastRequest(of: "responses")["body"]?["input"]?.array ?? []
      for number in 0..<8 {
        #expect(sent.contains { "\($0)".contains("Turn \(number). Use") }, "turn \(number) is lost")
      }
      #expect(!sent.contains { $0["id"] != nil })
    }
  }

  @Test("what is wrong with the input that goes on is told of the input as it was sent")
  func faults() async throws {
    try await ResponsesLab.with { lab in
      let name = try id(try await lab.ask("chat", ["input": "Use get_weather.", "tools": [Self.weather]]))
      let wrong = try await lab.ask(
        "chat",
        [
          "input": [
            ["role": "user", "content": "Hi"],
            ["type": "function_call_output", "call_id": "x", "output": "1"],
          ], "previous_response_id": .string(name),
        ])
      #expect(wrong.status == 400)
      #expect(wrong.json["error"]?["param"]?.string == "input[1].call_id", "\(wrong.body)")
      let unanswered = try await lab.ask("chat", ["input": "Hi", "previous_response_id": .string(name)])
      #expect(unanswered.status == 400)
      #expect(unanswered.json["error"]?["param"]?.string == "input", "\(unanswered.body)")
      let none = try await lab.ask("chat", ["previous_response_id": .string(name)])
      #expect(none.json["error"]?["param"]?.string == "input")
    }
  }

  @Test(
    "one that is unknown, malformed or deleted is one same refusal, and none that goes on from it goes on")
  func absent() async throws {
    try await ResponsesLab.with { lab in
      let first = try id(try await lab.ask("chat", ["input": "One"]))
      let second = try id(
        try await lab.ask("chat", ["input": "Two", "previous_response_id": .string(first)]))
      let deleted = try await lab.api.call(.DELETE, "/v1/responses/\(first)")
      #expect(deleted.json == ["id": .string(first), "object": "response.deleted", "deleted": true])
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(first)").status == 404)
      #expect(try await lab.api.get("/v1/responses/\(second)").status == 200)
      let job = String(first.dropFirst("resp_".count))
      #expect(try await lab.api.get("/jobs/job_\(job)").status == 404)
      let unknown = "resp_" + String(first.dropFirst(5).reversed())
      for name in [first, second, unknown, "resp_1", "", "job_\(job)"] {
        let reply = try await lab.ask("chat", ["input": "Go on", "previous_response_id": .string(name)])
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["code"] == "previous_response_not_found", "\(name): \(reply.body)")
        #expect(reply.json["error"]?["param"] == "previous_response_id")
        #expect(reply.json["error"]?["message"]?.string?.contains("Previous response with id") == true)
      }
      for name in [unknown, "resp_1", "job_\(job)"] {
        #expect(try await lab.api.get("/v1/responses/\(name)").status == 404)
      }
    }
  }

  @Test("input items come in pages, both ways, each under an id of its own")
  func items() async throws {
    try await ResponsesLab.with { lab in
      let first = try id(try await lab.ask("chat", ["input": "One", "instructions": "Be brief."]))
      let second = try id(
        try await lab.ask(
          "chat",
          [
            "input": [
              ["role": "user", "content": "Two", "id": "msg_own"],
              ["role": "user", "content": [["type": "input_text", "text": "Three"]], "id": "msg_own"],
            ], "previous_response_id": .string(first),
          ]))
      let path = "/v1/responses/\(second)/input_items"
      let all = try await lab.api.get("\(path)?order=asc").json
      let items = all["data"]?.array ?? []
      #expect(items.map { $0["role"] } == ["user", "assistant", "user", "user"])
      #expect(items[0]["content"]?[0]?["text"] == "One")
      #expect(items[3]["content"]?[0]?["text"] == "Three")
      #expect(items[2]["id"] == "msg_own")
      #expect(Set(items.compactMap { $0["id"]?.string }).count == 4)
      #expect(all["has_more"] == false)
      var (seen, after): ([JSONValue], String?) = ([], nil)
      repeat {
        let page = try await lab.api.get("\(path)?limit=3" + (after.map { "&after=\($0)" } ?? "")).json
        seen += page["data"]?.array ?? []
        after = page["has_more"] == true ? page["last_id"]?.string : nil
      } while after != nil
      #expect(seen == items.reversed())
      for query in ["limit=0", "limit=101", "order=up", "after=msg_1"] {
        let reply = try await lab.api.get("\(path)?\(query)")
        #expect(reply.status == 400, "\(query)")
        #expect(reply.json["error"]?["param"]?.string == query.split(separator: "=").first.map(String.init))
      }
    }
  }

  @Test("an item of a kept response stands in an input by its id, one that is not there is refused")
  func references() async throws {
    try await ResponsesLab.with { lab in
      let first = try await lab.ask("chat", ["input": "Use get_weather.", "tools": [Self.weather]])
      let call = try #require(first.json["output"]?.array?.first { $0["type"] == "function_call" })
      let items = try await lab.api.get("/v1/responses/\(id(first))/input_items").json["data"]
      let members: JSONObject = [
        "input": [
          ["id": items?[0]?["id"] ?? .null], ["type": "item_reference", "id": call["id"] ?? .null],
          ["type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "22"],
        ], "tools": [Self.weather],
      ]
      let next = try await lab.ask("anthropic", members)
      // What went on from it has the item, not its name.
      let last = try await lab.ask(
        "gemini", ["input": "Thanks.", "previous_response_id": .string(try id(next))])
      #expect(last.status == 200, "\(last.body)")
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(id(first))").status == 200)
      let gone = try await lab.ask("anthropic", members)
      #expect(gone.status == 400)
      #expect(gone.json["error"]?["param"]?.string == "input[0].id", "\(gone.body)")
    }
  }

  @Test("what a client brings for a server of tools reaches the provider, and is not kept")
  func toolSecrets() async throws {
    try await ResponsesLab.with { lab in
      let server: JSONValue = [
        "type": "mcp", "server_label": "notes", "server_url": "https://notes.example.com",
        "authorization": "canary-token", "headers": ["X-Key": "canary-header"],
      ]
      let members: JSONObject = [
        "tools": [server],
        "input": [
          ["role": "user", "content": "Hi"],
          ["type": "additional_tools", "role": "developer", "tools": [server]],
        ],
      ]
      let reply = try await lab.ask("responses", members)
      let sent = try await lab.lastRequest(of: "responses")["body"]
      #expect(sent?["tools"]?[0] == server)
      let input = "\(sent?["input"] ?? .null)"
      #expect(input.contains("canary-header"))
      for path in ["", "/input_items"] {
        let kept = try await lab.api.get("/v1/responses/\(id(reply))\(path)").body
        #expect(kept.contains("notes.example.com") && !kept.contains("canary"), "\(kept)")
      }
    }
  }

  @Test(
    "what is read of a chain to list it counts in what a process holds, as what a request goes on from does")
  func heldBytes() async throws {
    try await ResponsesLab.with { lab in
      let text = JSONValue.string(String(repeating: "a", count: 700_000))
      let first = try id(try await lab.ask("chat", ["input": text]))
      let second = try id(try await lab.ask("chat", ["input": text, "previous_response_id": .string(first)]))
      let bounds = ["MAX_BODY_BYTES": "1048576", "MAX_HELD_BYTES": "1048576"]
      let small = try await lab.cluster.startAPI(environment: lab.environment.merging(bounds) { $1 })
      #expect(try await small.get("/v1/responses/\(first)/input_items").status == 200)
      #expect(try await small.get("/v1/responses/\(second)").status == 200)
      let refused = try await small.get("/v1/responses/\(second)/input_items")
      #expect(refused.status == 503 && refused.headers["retry-after"] == "1", "\(refused.status)")
      #expect(try await small.get("/v1/responses/\(first)").status == 200, "nothing is held any more")
      await small.process.killNow()
    }
  }
}
