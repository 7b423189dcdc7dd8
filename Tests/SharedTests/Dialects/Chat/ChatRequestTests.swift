import Testing

@testable import Shared

@Suite("Requests in OpenAI's dialect")
struct ChatRequestTests {
  private let dialect = ChatDialect()

  @Test("a request carries every field under OpenAI's names, developer messages as system")
  func complete() throws {
    let turns = [
      Turn(role: .system, text: "Be brief."), Turn(role: .developer, text: "No \"slang\"."),
      Turn(role: .user, text: "Two\n"), Turn(role: .assistant, text: "Three"),
      Turn(
        role: .user,
        parts: [.text("What is it?"), .image(ImagePart(source: "https://x/y.png", detail: "low"))],
        name: "Ada"),
    ]
    var parameters = Parameters(maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], seed: 1 << 40)
    parameters.responseFormat = .jsonObject
    parameters.user = "u"
    let request = Conversation(
      turns: turns, tools: [.function(FunctionTool(name: "f"))], toolChoice: .required,
      parameters: parameters, extras: ["logit_bias": ["50256": -100]])
    let expected: JSONValue = [
      "model": "m/1",
      "messages": [
        ["role": "system", "content": "Be brief."], ["role": "system", "content": "No \"slang\"."],
        ["role": "user", "content": "Two\n"], ["role": "assistant", "content": "Three"],
        [
          "role": "user", "name": "Ada",
          "content": [
            ["type": "text", "text": "What is it?"],
            ["type": "image_url", "image_url": ["url": "https://x/y.png", "detail": "low"]],
          ],
        ],
      ],
      "max_tokens": 100, "temperature": 0.5, "top_p": 0.9, "stop": ["END"], "seed": 1_099_511_627_776,
      "tools": [["type": "function", "function": ["name": "f"]]], "tool_choice": "required",
      "response_format": ["type": "json_object"], "user": "u", "logit_bias": ["50256": -100],
    ]
    #expect(try dialect.json(of: request) == expected)
  }

  @Test("what a client leaves to the provider is not sent")
  func least() throws {
    let request = Conversation(turns: [Turn(role: .user, text: "Hi")])
    let expected: JSONValue = ["model": "m/1", "messages": [["role": "user", "content": "Hi"]]]
    #expect(try dialect.json(of: request) == expected)
  }

  @Test("max_completion_tokens keeps its name")
  func completionTokens() throws {
    let json = try dialect.json(of: DialectFixture.chat(["max_completion_tokens": 9]))
    #expect(json["max_completion_tokens"] == 9)
    #expect(json["max_tokens"] == nil)
  }

  @Test("a stream is asked for with its usage, for the record")
  func stream() throws {
    let json = try dialect.json(of: DialectFixture.chat(), streams: true)
    #expect(json["stream"] == true)
    #expect(json["stream_options"] == ["include_usage": true])
  }

  @Test("tool calls and their results go as they came, without what another provider added to them")
  func toolTurns() throws {
    func messages(_ extras: JSONObject) -> JSONValue {
      var call: JSONObject = [
        "id": "call_1", "type": "function", "function": ["name": "f", "arguments": "{\"a\": 1}"],
      ]
      for (name, value) in extras { call[name] = value }
      return [
        ["role": "user", "content": "Weather?"],
        ["role": "assistant", "content": nil, "tool_calls": [.object(call)]],
        ["role": "tool", "content": "21", "tool_call_id": "call_1"],
      ]
    }
    let signed = messages(["extra_content": ["google": ["thought_signature": "c2ln"]]])
    let request = try DialectFixture.chat(messages: signed)
    #expect(try dialect.json(of: request)["messages"] == messages([:]))
    // The queue keeps it for a target that wants it.
    let stored = JobRequest.chat(request).encoded()
    #expect(try JSONParser.parse(stored)["messages"] == signed)
  }

  @Test("embeddings are asked for under OpenAI's names")
  func embeddings() throws {
    let request = EmbeddingRequest(
      model: "default", input: ["a", "b"], dimensions: 3, isBase64: true, extras: ["user": "u"])
    #expect(
      try dialect.json(of: request) == [
        "model": "m/1", "input": ["a", "b"], "dimensions": 3, "encoding_format": "base64", "user": "u",
      ])
    #expect(dialect.path(for: .embeddings, model: "m/1") == "/embeddings")
  }
}
