import Shared
import TestSupport
import Testing

@Suite("POST /v1/responses over each dialect")
struct ResponsesTests {
  private static let weather: JSONValue = [
    "type": "function", "name": "get_weather", "description": "Looks.",
    "parameters": ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]],
  ]

  @Test("whole and streamed say the same, and no client stumbles", arguments: ResponsesLab.dialects)
  func text(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let members: JSONObject = [
        "instructions": "Be brief.", "input": "Why is the sky blue?", "max_output_tokens": 50,
      ]
      let whole = try await lab.ask(provider, members)
      #expect(whole.status == 200, "\(whole.body)")
      #expect(whole.json["status"] == "completed")
      #expect(whole.json["instructions"] == "Be brief.")
      #expect(whole.json["id"]?.string?.hasPrefix("resp_") == true)
      #expect(whole.headers["x-sluice-provider"] == provider)
      let streamed = JoinedResponse(try await lab.stream(provider, members))
      #expect(streamed.faults == [])
      #expect(streamed.end == "response.completed")
      let text = whole.json["output"]?[0]?["content"]?[0]?["text"]
      #expect(text?.string == streamed.text)
      #expect(streamed.response["usage"] == whole.json["usage"])
      #expect(whole.json["usage"]?["total_tokens"]?.integer ?? 0 > 0)
    }
  }

  @Test("two calls at once, their outputs, and an answer", arguments: ResponsesLab.dialects)
  func calls(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let time: JSONValue = [
        "type": "function", "name": "get_time", "parameters": ["type": "object", "properties": [:]],
      ]
      var members: JSONObject = [
        "input": [["role": "user", "content": "Use get_weather and get_time."]],
        "tools": [Self.weather, time],
      ]
      let joined = JoinedResponse(try await lab.stream(provider, members))
      #expect(joined.faults == [])
      let calls = (joined.response["output"]?.array ?? []).filter { $0["type"] == "function_call" }
      #expect(calls.map { $0["name"] } == ["get_weather", "get_time"])
      let outputs = calls.map { call -> JSONValue in
        ["type": "function_call_output", "call_id": call["call_id"] ?? .null, "output": "22 degrees"]
      }
      members["input"] = .array(
        (members["input"]?.array ?? []) + (joined.response["output"]?.array ?? []) + outputs)
      let answer = try await lab.ask(provider, members)
      #expect(answer.status == 200, "\(answer.body)")
      #expect(answer.json["status"] == "completed")
      #expect(answer.json["output"]?.array?.last?["type"] == "message")
    }
  }

  @Test("a namespace and a custom tool come back as the client named them", arguments: ResponsesLab.dialects)
  func namespaces(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let tools: JSONValue = [
        ["type": "namespace", "name": "mcp", "description": "", "tools": [Self.weather]],
        ["type": "custom", "name": "patch"], ["type": "web_search", "external_web_access": false],
      ]
      // The simulator's models call what they are told by the name that they know.
      let name = provider == "responses" ? "get_weather" : "mcp__get_weather"
      let reply = try await lab.ask(provider, ["input": .string("Use \(name) and patch."), "tools": tools])
      #expect(reply.status == 200, "\(reply.body)")
      let calls = (reply.json["output"]?.array ?? []).filter { $0["call_id"] != nil }
      #expect(calls.map { $0["type"] } == ["function_call", "custom_tool_call"])
      #expect(calls.first?["name"] == "get_weather")
      #expect(calls.first?["namespace"] == "mcp")
      #expect(calls.last?["input"]?.string != nil)
      #expect(reply.headers["x-sluice-dropped"] == (provider == "responses" ? nil : "tools.web_search"))
      let demanded = try await lab.ask(
        provider, ["input": "Hi", "tools": tools, "tool_choice": ["type": "web_search"]])
      #expect(demanded.status == (provider == "responses" ? 200 : 400), "\(demanded.body)")
    }
  }

  @Test("thoughts are sealed for their maker, who gets them back")
  func thoughts() async throws {
    try await ResponsesLab.with { lab in
      var members: JSONObject = [
        "input": [["role": "user", "content": "Use get_weather."]], "tools": [Self.weather],
        "reasoning": ["effort": "low", "summary": "auto"], "store": false,
      ]
      let joined = JoinedResponse(try await lab.stream("responses", members))
      #expect(joined.faults == [])
      let output = joined.response["output"]?.array ?? []
      #expect(output.map { $0["type"] } == ["reasoning", "function_call"])
      #expect(output.first?["summary"]?.array?.count == 2)
      let result: JSONValue = [
        "type": "function_call_output", "call_id": output.last?["call_id"] ?? .null, "output": "22",
      ]
      members["input"] = .array([["role": "user", "content": "Use get_weather."]] + output + [result])
      for provider in ResponsesLab.dialects {
        let reply = try await lab.ask(provider, members)
        #expect(reply.status == 200, "\(provider): \(reply.body)")
      }
      let asked = try await lab.cluster.simulator.requests(provider: "openai")
        .last { $0["path"] == "/openai/v1/responses" }
      let sealed = asked?["body"]?["input"]?[1]?["encrypted_content"]?.string
      #expect(sealed?.hasPrefix("gAAAA") == true)
      #expect(asked?["body"]?["store"] == false)
      #expect(asked?["body"]?["include"] == ["reasoning.encrypted_content"])
    }
  }

  @Test("thoughts that their maker does not know again are left out, and the answer comes")
  func strangeThoughts() async throws {
    try await ResponsesLab.with { lab in
      let input: JSONValue = [
        ["role": "user", "content": "Hi"],
        ["type": "reasoning", "summary": [], "encrypted_content": "another's"],
        ["role": "assistant", "content": "Hello."], ["role": "user", "content": "Go on."],
      ]
      let reply = try await lab.ask("responses", ["input": input])
      #expect(reply.status == 200, "\(reply.body)")
      #expect(reply.headers["x-sluice-attempts"] == "2")
      let stream = JoinedResponse(try await lab.stream("responses", ["input": input]))
      #expect(stream.faults == [])
      #expect(stream.end == "response.completed")
    }
  }

  @Test("one model of a provider is asked by Responses, its others by chat")
  func oneModel() async throws {
    try await ResponsesLab.with { lab in
      for (model, path) in [("by-responses", "/openai/v1/responses"), ("m", "/openai/v1/chat/completions")] {
        let reply = try await lab.api.post(
          "/v1/chat/completions",
          [
            "model": .string("chat/\(model)"), "messages": [["role": "user", "content": "Hi"]],
            "max_tokens": 5,
          ])
        #expect(reply.status == 200, "\(reply.body)")
        #expect(try await lab.lastRequest(of: "chat")["path"]?.string == path)
      }
    }
  }

  @Test("a provider's failure ends the stream with the reason", arguments: ["responses", "chat"])
  func failures(provider: String) async throws {
    try await ResponsesLab.with { lab in
      try await lab.cluster.simulator.script([
        [
          "provider": "openai",
          "behaviour": ["cut": "before_terminal_event", "answer": "One two three four five six."],
        ]
      ])
      let joined = JoinedResponse(try await lab.stream(provider, ["input": "Hi"]))
      #expect(joined.faults == [])
      #expect(joined.end == "response.failed")
      #expect(joined.response["error"]?["message"]?.string?.isEmpty == false)
      try await lab.cluster.simulator.script([["provider": "openai", "behaviour": ["status": 400]]])
      let refused = try await lab.ask(provider, ["input": "Hi"])
      #expect(refused.status == 400)
      #expect(refused.json["error"]?["code"] == "context_length_exceeded")
    }
  }

  @Test("what is wrong with a request is told in OpenAI's form")
  func invalid() async throws {
    let wrong: [(JSONObject, String)] = [
      ([:], "input"), (["input": [["role": "user"]]], "input[0].content"),
      (["input": "A", "tools": [["type": "function"]]], "tools[0].name"),
      (["input": "A", "top_logprobs": 99], "top_logprobs"),
      (["input": "A", "text": ["format": ["type": "json_schema", "schema": [:]]]], "text.format.name"),
    ]
    try await ResponsesLab.with { lab in
      for (members, parameter) in wrong {
        let reply = try await lab.ask("responses", members)
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["param"]?.string == parameter, "\(reply.body)")
        #expect(reply.json["error"]?["type"] == "invalid_request_error")
      }
      let previous = try await lab.ask("responses", ["input": "A", "previous_response_id": "resp_1"])
      #expect(previous.status == 400)
      #expect(previous.json["error"]?["code"] == "previous_response_not_found")
    }
  }

  @Test(
    "OpenAI-Beta goes on to providers of OpenAI's dialects, cookies and other headers to nobody",
    arguments: ResponsesLab.dialects)
  func betas(provider: String) async throws {
    try await ResponsesLab.with { lab in
      let headers = ["OpenAI-Beta": "responses=v1", "Cookie": "canary", "X-Own": "canary"]
      let bodies: [String: JSONObject] = [
        "/v1/responses": ["input": "Hi"],
        "/v1/chat/completions": ["messages": [["role": "user", "content": "Hi"]]],
      ]
      for (path, members) in bodies {
        let body = members.merging(["model": .string("\(provider)/m")]) { own, _ in own }
        let reply = try await lab.api.post(path, .object(body), headers: headers)
        #expect(reply.status == 200, "\(reply.body)")
        let sent = try #require(try await lab.lastRequest(of: provider)["headers"]?.object)
        let isOpenAIs = ["chat", "responses"].contains(provider)
        #expect(sent["openai-beta"]?.string == (isOpenAIs ? "responses=v1" : nil), "\(path)")
        #expect(!JSONValue.object(sent).description.contains("canary"))
      }
    }
  }
}
