import Shared
import TestSupport
import Testing

@Suite("What the provider simulator refuses")
struct SimulatorRefusalTests {
  @Test("a missing and a wrong key, with each provider's own error")
  func keys() async throws {
    try await SimulatorProcess.with { simulator in
      for api in ProviderAPI.openAILike {
        #expect(try await simulator.call(api.path(), body: api.question("a")).status == 401)
        for key in ["wrong-key", "invalid", "groq-invalid"] {
          let wrong = try await simulator.call(
            api.path(), headers: ["Authorization": "Bearer \(key)"], body: api.question("a"))
          #expect(wrong.status == 401)
          #expect(wrong.json["error"]?["code"] == (api == .openrouter ? 401 : "invalid_api_key"))
        }
      }
      let gemini = try await simulator.call(
        ProviderAPI.gemini.path(), headers: ["x-goog-api-key": "wrong"],
        body: ProviderAPI.gemini.question("a"))
      #expect(gemini.status == 400)
      #expect(gemini.json["error"]?["details"]?[0]?["reason"] == "API_KEY_INVALID")
      for key in ["", "wrong"] {
        let anthropic = try await simulator.call(
          ProviderAPI.anthropic.path(), headers: ["x-api-key": key, "anthropic-version": "2023-06-01"],
          body: ProviderAPI.anthropic.question("a"))
        #expect(anthropic.status == 401)
        #expect(anthropic.json["type"] == "error")
        #expect(anthropic.json["error"]?["type"] == "authentication_error")
      }
    }
  }

  /// A body, and a part of what is said about it.
  typealias Row = (body: JSONObject, message: String)

  private func check(_ api: ProviderAPI, _ rows: [Row]) async throws {
    try await SimulatorProcess.with { simulator in
      for (body, message) in rows {
        let reply = try await api.ask(simulator, "a", body)
        #expect(reply.status == 400, "\(api) takes \(body)")
        #expect(reply.json["error"]?["message"]?.string?.contains(message) == true, "\(reply.body)")
      }
    }
  }

  @Test("parameters that no OpenAI-like provider takes", arguments: ProviderAPI.openAILike)
  func openAILike(api: ProviderAPI) async throws {
    try await check(
      api,
      [
        (["messages": []], "'messages'"), (["model": ""], "model"),
        (["messages": [["role": "wizard", "content": "x"]]], "'wizard'"),
        (["messages": [["role": "user", "content": nil]]], "got null"),
        (["messages": [["role": "user", "content": [["type": "smell"]]]]], "'smell'"),
        (["max_tokens": 0], "below minimum"), (["temperature": 2.5], "<= 2"), (["top_p": -1], ">= 0"),
        (["stop": ["a", "b", "c", "d", "e"]], "maximum length 4"),
        (["stream_options": ["include_usage": true]], "only allowed when 'stream'"),
        (["response_format": ["type": "xml"]], "'xml'"),
        (["response_format": ["type": "json_schema"]], "response_format.json_schema"),
        (["tool_choice": "required"], "only allowed when 'tools'"),
      ])
  }

  @Test("parameters that Groq does not support")
  func groq() async throws {
    try await check(
      .groq,
      [
        (["logprobs": true], "'logprobs'"), (["top_logprobs": 2], "'top_logprobs'"),
        (["logit_bias": ["1": 2]], "'logit_bias'"), (["n": 2], "at most 1"),
        (["messages": [["role": "user", "content": "x", "name": "y"]]], "'name' is unsupported"),
        (["a_wish": 1], "'a_wish' is unsupported"),
        (["response_format": ["type": "json_object"]], "the word 'json'"),
        (
          [
            "response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": [:]]],
            "tools": [["type": "function", "function": ["name": "f"]]],
          ], "cannot be combined"
        ),
      ])
  }

  @Test("parameters that OpenAI does not know or allow together")
  func openAI() async throws {
    let loose: JSONValue = ["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]]
    let partial: JSONValue = [
      "type": "object", "properties": ["a": ["type": "string"]], "required": [],
      "additionalProperties": false,
    ]
    func strict(_ schema: JSONValue) -> JSONObject {
      [
        "response_format": [
          "type": "json_schema", "json_schema": ["name": "x", "strict": true, "schema": schema],
        ]
      ]
    }
    try await check(
      .openai,
      [
        (["a_wish": 1], "Unknown parameter: 'a_wish'"),
        (["max_tokens": 5, "max_completion_tokens": 5], "at the same time"),
        (["model": "gpt-5-mini", "max_tokens": 5], "Use 'max_completion_tokens'"),
        (["top_logprobs": 2], "only allowed when 'logprobs'"),
        (["logprobs": true, "top_logprobs": 21], "from 0 to 20"),
        (strict(loose), "'additionalProperties' is required"), (strict(partial), "Missing 'a'"),
      ])
  }

  @Test("whatever Gemini's protocol does not declare, with the place where it stands")
  func geminiFields() async throws {
    let turn: JSONValue = ["role": "user", "parts": [["text": "a sluice?"]]]
    func function(_ schema: JSONValue) -> JSONObject {
      ["tools": [["functionDeclarations": [["name": "f", "parameters": schema]]]]]
    }
    let extra: JSONValue = [
      "type": "object", "properties": ["a": ["type": "string"]], "additionalProperties": false,
    ]
    try await check(
      .gemini,
      [
        (["contents": []], "contents is not specified"), (["contents": [turn, turn]], "alternate"),
        (["contents": [["role": "wizard", "parts": [["text": "x"]]]]], "valid role"),
        (["contents": [["role": "user", "parts": []]]], "must not be empty"),
        (["contents": [["role": "user", "parts": [["text": ""]]]]], "required oneof field 'data'"),
        (["max_tokens": 5], "Unknown name \"max_tokens\": Cannot find field."),
        (
          ["contents": [["role": "user", "parts": [["text": "x", "type": "text"]]]]],
          "at 'contents[0].parts[0]'"
        ),
        (["generationConfig": ["maxTokens": 5]], "at 'generation_config'"),
        (["generationConfig": ["temperature": "hot"]], "'generation_config.temperature' (TYPE_FLOAT)"),
        (["generationConfig": ["temperature": 2.5]], "must be in the range"),
        (["generationConfig": ["seed": 99_999_999_999]], "TYPE_INT32"),
        (["generationConfig": ["responseLogprobs": true]], "Logprobs is not enabled"),
        (["generationConfig": ["responseMimeType": "text/html"]], "allowed mimetypes"),
        (["generationConfig": ["responseJsonSchema": ["type": "object"]]], "response_schema is only allowed"),
        (function(extra), "\"additionalProperties\" at 'tools[0].function_declarations[0].parameters'"),
        (function(["type": "object", "properties": [:]]), "non-empty for OBJECT"),
        (
          function(["type": "OBJECT", "properties": ["a": ["type": "ARRAY"]]]),
          "parameters.properties[a].items: missing field"
        ),
        (function(["type": "thing"]), "v1beta.Type"),
      ])
  }

  @Test("no name of Gemini's protocol as it is declared there, which its SDK sends")
  func declaredNames() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await ProviderAPI.gemini.ask(
        simulator, "a",
        [
          "generation_config": ["max_output_tokens": 2],
          "tools": [
            [
              "function_declarations": [
                ["name": "f", "parameters": ["type": "object", "properties": ["a_b": ["type": "string"]]]]
              ]
            ]
          ],
          "tool_config": ["function_calling_config": ["mode": "NONE"]],
        ])
      #expect(reply.json["candidates"]?[0]?["finishReason"] == "MAX_TOKENS", "\(reply.body)")
    }
  }

  @Test("Gemini's keys in addresses")
  func keyInAddress() async throws {
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.gemini
      let reply = try await simulator.call(
        api.path() + "?key=k", headers: api.headers, body: api.question("a"))
      #expect(reply.status == 400)
      #expect(reply.json["error"]?["status"] == "INVALID_ARGUMENT")
    }
  }

  @Test("what Anthropic does not take, above all what OpenAI would")
  func anthropic() async throws {
    try await check(
      .anthropic,
      [
        (["max_tokens": nil], "max_tokens: Field required"),
        (["max_tokens": 0], "greater than or equal to 1"),
        (["model": nil], "model: Field required"), (["messages": []], "at least one message"),
        (["messages": [["role": "system", "content": "x"]]], "top-level `system` parameter"),
        (["messages": [["role": "assistant", "content": "x"]]], "first message must use"),
        (["messages": [["role": "user", "content": ""]]], "non-empty content"),
        (["messages": [["role": "user", "content": [["type": "text", "text": ""]]]]], "must be non-empty"),
        (["temperature": 1.5], "temperature: range: 0..1"), (["stop": "x"], "stop: Extra inputs"),
        (["stop_sequences": [" "]], "non-whitespace"), (["tool_choice": ["type": "auto"]], "providing tools"),
      ])
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.anthropic
      for version in [nil, "1999-01-01"] {
        var headers = api.headers
        headers["anthropic-version"] = version
        let reply = try await simulator.call(api.path(), headers: headers, body: api.question("a"))
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["message"]?.string?.hasPrefix("anthropic-version") == true)
      }
    }
  }
}
