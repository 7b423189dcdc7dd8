import Shared
import TestSupport
import Testing

@Suite("Responses that are asked again under their keys, when what they went on from is another by then")
struct ResponseReplayTests {
  private static let again = ["Idempotency-Key": "again"]

  private func ask(
    _ lab: ResponsesLab, _ members: JSONObject, of api: SluiceAPI? = nil
  ) async throws -> HTTPReply {
    let body = members.merging(["model": "chat/m"]) { own, _ in own }
    return try await (api ?? lab.api).post("/v1/responses", .object(body), headers: Self.again)
  }

  private func id(_ reply: HTTPReply) throws -> String {
    #expect(reply.status == 200, "\(reply.body)")
    return try #require(reply.json["id"]?.string)
  }

  private func expect(_ reply: HTTPReply, isReplayOf first: HTTPReply) {
    #expect(reply.status == 200 && reply.json == first.json, "\(reply.body)")
    #expect(reply.headers["idempotency-replayed"] == "true")
    #expect(reply.headers["x-sluice-job"] == first.headers["x-sluice-job"])
  }

  @Test(
    "a conversation that has a call without its output, has grown too large, or is gone, refuses no replay")
  func conversation() async throws {
    try await ResponsesLab.with { lab in
      let small = try await lab.cluster.startAPI(
        environment: lab.environment.merging(["MAX_BODY_BYTES": "4096"]) { $1 })
      let id = try await lab.begin("Turn A.")
      let path = "/v1/conversations/\(id)"
      let members: JSONObject = ["input": "One", "conversation": .string(id)]
      let first = try await ask(lab, members, of: small)
      #expect(first.status == 200, "\(first.body)")
      func add(_ item: JSONValue) async throws {
        #expect(try await lab.api.post("\(path)/items", ["items": [item]]).status == 200)
      }
      try await add(["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"])
      let other: JSONObject = ["input": "Two", "conversation": .string(id)]
      #expect(try await lab.ask("chat", other).status == 400, "the call has no output")
      expect(try await ask(lab, members, of: small), isReplayOf: first)
      try await add(["type": "function_call_output", "call_id": "c", "output": "22"])
      #expect(try await ask(lab, other).status == 409)
      for _ in 0..<3 {
        try await add(["role": "user", "content": .string(String(repeating: "a", count: 1500))])
      }
      #expect(try await ask(lab, other, of: small).status == 400, "it is too large to be asked in")
      expect(try await ask(lab, members, of: small), isReplayOf: first)
      #expect(try await lab.api.call(.DELETE, path).status == 200)
      expect(try await ask(lab, members, of: small), isReplayOf: first)
      #expect(try await lab.ask("chat", members).status == 404)
      #expect(try await lab.cluster.simulator.requests(provider: "openai").count == 1)
      await small.process.killNow()
    }
  }

  @Test("a response that goes on from one that was deleted is replayed", arguments: [true, false])
  func previous(isStored: Bool) async throws {
    try await ResponsesLab.with { lab in
      let name = try id(try await lab.ask("chat", ["input": "One"]))
      let members: JSONObject = [
        "input": "Two", "previous_response_id": .string(name), "store": .bool(isStored),
      ]
      let first = try await ask(lab, members)
      #expect(first.status == 200, "\(first.body)")
      expect(try await ask(lab, members), isReplayOf: first)
      var other = members
      other["input"] = "Three"
      #expect(try await ask(lab, other).status == 409)
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 200)
      expect(try await ask(lab, members), isReplayOf: first)
      let refused = try await ask(lab, other)
      #expect(refused.status == 400, "\(refused.body)")
      #expect(refused.json["error"]?["code"] == "previous_response_not_found")
      #expect(try await lab.cluster.simulator.requests(provider: "openai").count == 2)
    }
  }

  @Test("so is one whose call or whose item stood in one that was deleted")
  func items() async throws {
    try await ResponsesLab.with { lab in
      let tool: JSONValue = [
        "type": "function", "name": "get_weather", "description": "Looks.",
        "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
      ]
      let asked = try await lab.ask("chat", ["input": "Use get_weather.", "tools": [tool]])
      let name = try id(asked)
      let call = try #require(asked.json["output"]?.array?.first { $0["type"] == "function_call" })
      let output: JSONValue = [
        "type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "22",
      ]
      let going: JSONObject = [
        "input": [output], "tools": [tool], "previous_response_id": .string(name),
      ]
      let naming: JSONObject = [
        "input": [
          ["role": "user", "content": "Use get_weather."],
          ["type": "item_reference", "id": call["id"] ?? .null], output,
        ], "tools": [tool],
      ]
      let keys = [["Idempotency-Key": "a"], ["Idempotency-Key": "b"]]
      var firsts: [HTTPReply] = []
      for (members, key) in zip([going, naming], keys) {
        let body = JSONValue.object(members.merging(["model": "chat/m"]) { own, _ in own })
        firsts.append(try await lab.api.post("/v1/responses", body, headers: key))
        #expect(firsts.last?.status == 200, "\(firsts.last?.body ?? "")")
      }
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 200)
      for (index, members) in [going, naming].enumerated() {
        let body = JSONValue.object(members.merging(["model": "chat/m"]) { own, _ in own })
        expect(
          try await lab.api.post("/v1/responses", body, headers: keys[index]), isReplayOf: firsts[index])
        #expect(try await lab.api.post("/v1/responses", body).status == 400)
      }
    }
  }

  @Test("so is one in the background, and one that was streamed")
  func forms() async throws {
    try await ResponsesLab.with { lab in
      let name = try id(try await lab.ask("chat", ["input": "One"]))
      let later: JSONObject = [
        "input": "Two", "previous_response_id": .string(name), "background": true,
      ]
      let begun = try id(try await ask(lab, later))
      let ended = try await lab.ended(begun)
      let streamed: JSONValue = [
        "model": "chat/m", "input": "Two", "previous_response_id": .string(name), "stream": true,
      ]
      func stream() async throws -> StreamedReply {
        try await StreamedReply.to(
          lab.api.url + "/v1/responses", method: .POST,
          headers: ["X-API-Key": SluiceCluster.key, "Idempotency-Key": "streamed"], body: streamed)
      }
      let first = JoinedResponse(try await stream())
      #expect(first.faults == [] && first.response["status"] == "completed")
      #expect(try await lab.api.call(.DELETE, "/v1/responses/\(name)").status == 200)
      let replayed = try await ask(lab, later)
      #expect(replayed.json["id"] == .string(begun) && replayed.json["output"] == ended["output"])
      #expect(replayed.headers["idempotency-replayed"] == "true", "\(replayed.body)")
      let again = try await stream()
      #expect(again.headers["idempotency-replayed"] == "true")
      #expect(JoinedResponse(again).response["output"] == first.response["output"])
    }
  }
}
