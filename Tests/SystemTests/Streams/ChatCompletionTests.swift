import NIOCore
import Shared
import TestSupport
import Testing

@Suite("What OpenAI's clients ask")
struct ChatCompletionTests {
  private let chat = "/v1/chat/completions"
  /// One that the cache may answer.
  private let question: JSONValue = [
    "temperature": 0,
    "model": "default", "messages": [["role": "user", "content": "Why is the sky blue?"]],
  ]

  private func question(_ members: JSONObject) -> JSONValue {
    .object((question.object ?? [:]).merging(members) { $1 })
  }

  @Test("a whole answer has OpenAI's form, and headers that say who gave it")
  func whole() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let reply = try await api.post(chat, question)
      #expect(reply.status == 200, "\(reply.body)")
      #expect(reply.json["object"] == "chat.completion")
      #expect(reply.json["id"]?.string?.hasPrefix("chatcmpl-") == true)
      let choice = try #require(reply.json["choices"]?[0])
      #expect(choice["finish_reason"] == "stop" && choice["message"]?["role"] == "assistant")
      #expect(choice["message"]?["content"]?.string?.isEmpty == false)
      #expect(choice["logprobs"] == .null && choice["message"]?["refusal"] == .null)
      let usage = try #require(reply.json["usage"])
      #expect(
        usage["total_tokens"]?.integer
          == (usage["prompt_tokens"]?.integer ?? 0) + (usage["completion_tokens"]?.integer ?? 0))
      #expect(reply.headers["x-sluice-provider"] == "gemini" && reply.headers["x-sluice-attempts"] == "1")
      #expect(reply.headers["x-cache"] == "miss" && reply.headers["x-ratelimit-limit-requests"] != nil)
      let job = try #require(reply.headers["x-sluice-job"])
      #expect(try await api.get("/jobs/\(job)").json["status"] == "succeeded")
      let again = try await api.post(chat, question)
      #expect(again.headers["x-cache"] == "hit" && again.json["choices"] == reply.json["choices"])
      let anew = try await api.post(chat, question, headers: ["Cache-Control": "no-cache"])
      #expect(anew.headers["x-cache"] == "miss")
      #expect(try await cluster.simulator.stats()["total"] == 2)
    }
  }

  @Test("a stream has a role, pieces, a finish reason, the usage that was asked for, and [DONE]")
  func streamed() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let whole = try await api.post(chat, question)
      for options: JSONObject in [
        ["stream_options": ["include_usage": true]], ["cache": "unused", "stream_options": [:]],
      ] {
        let body = question((["stream": true] as JSONObject).merging(options) { $1 })
        // A member that no provider knows is another request; the simulator takes it.
        let reply = try await api.stream(chat, method: .POST, body: body)
        #expect(reply.status == 200 && reply.headers["x-sluice-job"] != nil)
        #expect(reply.events.last?.data == "[DONE]")
        let chunks = reply.events.dropLast().map(\.json)
        #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" })
        #expect(Set(chunks.compactMap { $0["id"]?.string }).count == 1)
        #expect(chunks.first?["choices"]?[0]?["delta"]?["role"] == "assistant")
        let text = chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
        #expect(text == whole.json["choices"]?[0]?["message"]?["content"]?.string)
        let reasons = chunks.compactMap { $0["choices"]?[0]?["finish_reason"]?.string }
        #expect(reasons == ["stop"])
        let wantsUsage = body["stream_options"]?["include_usage"] == true
        #expect((chunks.last?["choices"] == [] && chunks.last?["usage"]?.object != nil) == wantsUsage)
        #expect(chunks.dropLast().allSatisfy { ($0["usage"] == .null) == wantsUsage })
      }
    }
  }

  @Test(
    "errors have OpenAI's form",
    arguments: [
      ([:], 401, "authentication_error", "invalid_api_key", nil),
      (["model": "nowhere"], 404, "invalid_request_error", "model_not_found", "model"),
      (["messages": []], 400, "invalid_request_error", "invalid_value", "messages"),
      (["messages": nil], 400, "invalid_request_error", "invalid_type", "messages"),
      (
        ["messages": [["role": "robot", "content": "x"]]], 400, "invalid_request_error", "invalid_value",
        "messages[0].role"
      ),
      (
        ["messages": [["role": "tool", "tool_call_id": "a", "content": "x"]]], 400, "invalid_request_error",
        "invalid_value", "messages[0].tool_call_id"
      ),
      (
        ["tools": [["type": "function", "function": ["name": "no spaces"]]]], 400, "invalid_request_error",
        "invalid_value", "tools[0].function.name"
      ),
      (["temperature": 3], 400, "invalid_request_error", "invalid_value", "temperature"),
      (["stream": "yes"], 400, "invalid_request_error", "invalid_type", "stream"),
      (["n": 2], 400, "invalid_request_error", "invalid_value", "n"),
    ] as [(JSONObject, Int, String, String, String?)])
  func errors(members: JSONObject, status: Int, type: String, code: String, parameter: String?) async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let headers = members.isEmpty ? ["X-API-Key": "wrong"] : [:]
      let reply = try await api.post(chat, question(members), headers: headers)
      #expect(reply.status == status && reply.headers["content-type"] == "application/json")
      let error = reply.json["error"]
      #expect(error?["type"]?.string == type && error?["code"]?.string == code, "\(reply.body)")
      #expect(error?["param"]?.string == parameter && error?["message"]?.string?.isEmpty == false)
      #expect(error?["request_id"]?.string == reply.headers["x-request-id"])
      await api.process.killNow()
    }
  }

  @Test("the head of a stream says who answers, and how many were asked")
  func streamedHead() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      func head(_ name: String) async throws -> [String?] {
        let body = question(["stream": true, "user": .string(name)])
        let headers = try await api.stream(chat, method: .POST, body: body).headers
        return ["x-sluice-provider", "x-sluice-attempts", "x-cache"].map { headers[$0] }
      }
      #expect(try await head("sound") == ["gemini", "1", "miss"])
      #expect(try await head("sound") == ["gemini", "1", "hit"])
      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 400]]])
      #expect(try await head("one refuses") == ["groq", "2", "miss"])
      #expect(try await head("one refuses") == ["groq", "2", "hit"], "as the whole answer says it")
      try await cluster.simulator.script([["provider": "*", "behaviour": ["blocked": true]]])
      #expect(try await head("all filter") == ["gemini", "3", "miss"], "without a word, in one piece")
    }
  }

  @Test("a request that every provider refuses is the client's to mend; refused keys are not asked again")
  func refused() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
      let refused = try await api.post(chat, question)
      #expect(refused.status == 400 && refused.json["error"]?["code"] == "INVALID_ARGUMENT", "as Gemini says")
      let streamed = try await api.stream(chat, method: .POST, body: question(["stream": true]))
      #expect(streamed.status == 400, "an error before the first word has its own status")
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 401]]])
      let failed = try await api.post(chat, question)
      #expect(failed.status == 502 && failed.headers["x-should-retry"] == "false")
      #expect(failed.json["error"]?["cascade_path"]?.array?.count == 3)
    }
  }

  @Test("a stream that breaks off ends with an error and without [DONE]")
  func brokenOff() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["cut": "mid_stream"]]])
      let reply = try await api.stream(chat, method: .POST, body: question(["stream": true]))
      #expect(reply.status == 200 && reply.events.last?.json["error"]?["message"] != nil)
      #expect(!reply.events.contains { $0.data == "[DONE]" })
    }
  }

  @Test(
    "hanging up ends the wait and not the job, unless the client says otherwise", arguments: [false, true])
  func hangUp(streams: Bool) async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      var jobs: [JobID] = []
      for cancels in [false, true] {
        let body = question(["stream": .bool(streams), "user": .string("\(cancels)")]).serialized()
        var head = "POST \(chat) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += "X-API-Key: \(SluiceCluster.key)\r\nContent-Length: \(body.readableBytes)\r\n"
        if cancels { head += "X-Sluice-Cancel-On-Disconnect: true\r\n" }
        let request = head + "\r\n" + String(buffer: body)
        let before = try await cluster.simulator.stats()["total"]?.integer ?? 0
        try await RawConnection.with(port: api.port) { connection in
          try await connection.send(request)
          try await eventually("a provider is being asked") {
            try await cluster.simulator.stats()["total"]?.integer == before + 1
          }
        }
        let id = try await api.get("/jobs?limit=1").json["data"]?[0]?["id"]?.string
        jobs.append(try #require(id.flatMap(JobID.init(rawValue:))))
      }
      #expect(try await api.get("/jobs/\(jobs[0])?wait=120").json["status"] == "succeeded")
      #expect(try await api.get("/jobs/\(jobs[1])?wait=120").json["status"] == "cancelled")
    }
  }

  @Test("a wait that ends first is told with the job to come back for, which the same request finds again")
  func waitIsOver() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      let reply = try await api.post(chat + "?wait=0.2", question)
      #expect(reply.status == 504 && reply.json["error"]?["code"] == "timeout")
      let again = try await api.post(chat, question)
      #expect(again.status == 200 && again.headers["x-cache"] == "coalesced")
      #expect(try await cluster.simulator.stats()["total"] == 1)
    }
  }

  @Test("models are the routes and what each provider has; a name may hold slashes")
  func models() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let list = try await api.get("/v1/models")
      let names = list.json["data"]?.array?.compactMap { $0["id"]?.string } ?? []
      #expect(list.json["object"] == "list" && names.contains("default"))
      for name in names + ["openrouter%2Fmeta-llama%2Fllama-3.3-70b-instruct:free"] {
        let model = try await api.get("/v1/models/\(name)")
        #expect(model.status == 200 && model.json["object"] == "model", "\(name): \(model.body)")
        #expect(model.json["created"]?.integer ?? 0 > 0)
      }
      #expect(list.json["data"]?.array?.contains { $0["created"]?.integer ?? 0 <= 0 } == false)
      for name in ["nowhere", "nobody/nothing"] {
        let missing = try await api.get("/v1/models/\(name)")
        #expect(missing.status == 404 && missing.json["error"]?["code"] == "model_not_found")
        #expect(missing.json["error"]?["message"]?.string?.contains("\"\(name)\"") == true)
      }
      #expect(try await api.get("/v1/nothing").json["error"]?["type"] == "invalid_request_error")
      await api.process.killNow()
    }
  }
}
