import Shared
import TestSupport
import Testing

/// Each row is a request, and a part of what is said about it.
@Suite("The provider simulator's refusals of tools")
struct SimulatorToolRefusalTests {
  @Test("OpenAI wants results and calls to fit together")
  func openAIRefusals() async throws {
    let user: JSONValue = ["role": "user", "content": "a"]
    let call: JSONValue = ["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"]]
    let assistant: JSONValue = ["role": "assistant", "tool_calls": [call]]
    func result(_ id: String?) -> JSONValue {
      ["role": "tool", "content": "r", "tool_call_id": id.map(JSONValue.string) ?? nil]
    }
    func named(_ name: String) -> JSONObject {
      ["tools": [["type": "function", "function": ["name": .string(name)]]]]
    }
    let rows: [(JSONObject, String)] = [
      (["messages": [user, assistant, result("b")]], "must be a response to a preceeding message"),
      (["messages": [user, result("a")]], "must be a response to a preceeding message"),
      (["messages": [user, assistant, result("a"), user, result("a")]], "must be a response"),
      (["messages": [user, assistant, result(nil)]], "must have a 'tool_call_id'"),
      (["messages": [user, assistant, user]], "did not have response messages: a"),
      (["messages": [user, assistant]], "did not have response messages: a"),
      (["messages": [user, ["role": "assistant", "tool_calls": []]]], "empty array"),
      (named("no spaces"), "does not match pattern"), (named(""), "does not match pattern"),
      (named(String(repeating: "a", count: 65)), "maximum length 64"), (["tools": []], "empty array"),
      (
        named("f").merging(["tool_choice": ["type": "function", "function": ["name": "g"]]]) { $1 },
        "'g' not found"
      ),
    ]
    try await SimulatorProcess.with { simulator in
      for (body, message) in rows {
        let reply = try await ProviderAPI.openai.ask(simulator, "a", body)
        #expect(reply.status == 400, "\(body)")
        #expect(reply.json["error"]?["message"]?.string?.contains(message) == true, "\(reply.body)")
      }
      let accepted: JSONObject = ["messages": [user, assistant, result("a"), user]]
      #expect(try await ProviderAPI.openai.ask(simulator, "a", accepted).status == 200)
    }
  }

  @Test("Gemini wants turns to fit together, and Gemini 3 its signature back")
  func geminiRefusals() async throws {
    let user: JSONValue = ["role": "user", "parts": [["text": "a"]]]
    let call: JSONValue = ["functionCall": ["name": "f", "args": [:]]]
    let model: JSONValue = ["role": "model", "parts": [call]]
    let part: JSONValue = ["functionResponse": ["name": "f", "response": ["r": 1]]]
    let response: JSONValue = ["role": "user", "parts": [part]]
    func functions(_ names: [String]) -> JSONObject {
      ["tools": [["functionDeclarations": .array(names.map { ["name": .string($0)] })]]]
    }
    let answer: JSONValue = ["role": "model", "parts": [["text": "b"]]]
    let rows: [(JSONObject, String)] = [
      (
        ["contents": [user, model, ["role": "user", "parts": [part, part]]]],
        "number of function response parts"
      ),
      (["contents": [user, model, user]], "number of function response parts"),
      (["contents": [model, response]], "immediately after a user turn"),
      (["contents": [user, answer, response]], "immediately after a function call turn"),
      (
        ["contents": [user, ["role": "model", "parts": [["functionCall": ["args": [:]]]]], response]],
        "Name cannot be empty"
      ),
      (
        [
          "contents": [
            user, model, ["role": "user", "parts": [["functionResponse": ["name": "f", "response": "r"]]]],
          ]
        ], "Struct"
      ),
      (functions(["1st"]), "Invalid function name"),
      (functions(["f", "f"]), "Duplicate function declaration"),
      (["toolConfig": ["functionCallingConfig": ["mode": "ANY"]]], "without function_declarations"),
    ]
    try await SimulatorProcess.with { simulator in
      for (body, message) in rows {
        let reply = try await ProviderAPI.gemini.ask(simulator, "a", body)
        #expect(reply.status == 400, "\(body)")
        #expect(reply.json["error"]?["message"]?.string?.contains(message) == true, "\(reply.body)")
      }
      func three(_ contents: JSONValue) async throws -> HTTPReply {
        try await simulator.call(
          "/gemini/v1beta/models/gemini-3-pro:generateContent", headers: ProviderAPI.gemini.headers,
          body: .object(functions(["f"]).merging(["contents": contents]) { $1 }))
      }
      let unsigned = try await three([user, model, response])
      #expect(unsigned.status == 400 && unsigned.body.contains("missing a thought_signature"))
      let called = try await three([["role": "user", "parts": [["text": "f"]]]])
      let content = try #require(called.json["candidates"]?[0]?["content"])
      #expect(try await three([user, content, response]).status == 200, "with the signature given back")
    }
  }

  @Test("Anthropic wants results and uses to fit together")
  func anthropicRefusals() async throws {
    let user: JSONValue = ["role": "user", "content": "a"]
    let use: JSONValue = ["type": "tool_use", "id": "a", "name": "f", "input": [:]]
    let assistant: JSONValue = ["role": "assistant", "content": [use]]
    let result: JSONValue = ["type": "tool_result", "tool_use_id": "b", "content": "r"]
    let rows: [(JSONObject, String)] = [
      (["messages": [user, assistant, ["role": "user", "content": [result]]]], "unexpected `tool_use_id`"),
      (
        ["messages": [user, assistant, user]],
        "ids were found without `tool_result` blocks immediately after: a"
      ),
      (["tools": [["name": "no spaces", "input_schema": ["type": "object"]]]], "should match pattern"),
      (["tools": [["name": "f"]]], "input_schema: Field required"),
      (["tools": [["name": "f", "input_schema": ["type": "string"]]]], "Input should be 'object'"),
    ]
    try await SimulatorProcess.with { simulator in
      for (body, message) in rows {
        let reply = try await ProviderAPI.anthropic.ask(simulator, "a", body)
        #expect(reply.status == 400, "\(body)")
        #expect(reply.json["error"]?["message"]?.string?.contains(message) == true, "\(reply.body)")
      }
    }
  }
}
