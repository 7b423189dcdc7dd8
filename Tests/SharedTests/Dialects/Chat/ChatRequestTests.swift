import Shared
import Testing

@testable import Worker

@Suite("Requests in OpenAI's dialect")
struct OpenAIRequestTests {
  private let dialect = OpenAIDialect()

  @Test("a request carries every field under OpenAI's names, developer messages as system")
  func complete() throws {
    let conversation: [ChatMessage] = [
      ChatMessage(role: .system, content: "Be brief."),
      ChatMessage(role: .developer, content: "No \"slang\"."), ChatMessage(role: .user, content: "Two\n"),
      ChatMessage(role: .assistant, content: "Three"),
      ChatMessage(
        role: .user, content: .parts([.text("What is it?"), .image(url: "https://x/y.png", detail: "low")]),
        members: ["name": "Ada"]),
    ]
    let request = ChatRequest(
      messages: conversation, maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], seed: 1 << 40,
      tools: [["type": "function", "function": ["name": "f"]]], toolChoice: "required",
      responseFormat: ["type": "json_object"], extras: ["user": "u", "logit_bias": ["50256": -100]])
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
    let request = ChatRequest(messages: [ChatMessage(role: .user, content: "Hi")])
    let expected: JSONValue = ["model": "m/1", "messages": [["role": "user", "content": "Hi"]]]
    #expect(try dialect.json(of: request) == expected)
  }

  @Test("max_completion_tokens keeps its name")
  func completionTokens() throws {
    let json = try dialect.json(of: ProviderFixture.chat(["max_completion_tokens": 9]))
    #expect(json["max_completion_tokens"] == 9)
    #expect(json["max_tokens"] == nil)
  }

  @Test("a stream is asked for with its usage, for the record")
  func stream() throws {
    let json = try dialect.json(of: ProviderFixture.chat(), streams: true)
    #expect(json["stream"] == true)
    #expect(json["stream_options"] == ["include_usage": true])
  }

  @Test("tool calls and their results go as they came, so that nothing of them is lost")
  func toolTurns() throws {
    let messages: JSONValue = [
      ["role": "user", "content": "Weather?"],
      [
        "role": "assistant", "content": nil,
        "tool_calls": [
          [
            "id": "call_1", "type": "function", "function": ["name": "f", "arguments": "{\"a\": 1}"],
            "extra_content": ["google": ["thought_signature": "c2ln"]],
          ]
        ],
      ],
      ["role": "tool", "content": "21", "tool_call_id": "call_1"],
    ]
    #expect(try dialect.json(of: ProviderFixture.chat(messages: messages))["messages"] == messages)
  }

  @Test("embeddings are asked for under OpenAI's names")
  func embeddings() throws {
    let request = EmbeddingRequest(
      model: "default", input: ["a", "b"], dimensions: 3, isBase64: true, extras: ["user": "u"])
    #expect(
      try JSONParser.parse(dialect.body(of: request, model: "m/1")) == [
        "model": "m/1", "input": ["a", "b"], "dimensions": 3, "encoding_format": "base64", "user": "u",
      ])
    #expect(dialect.path(for: .embeddings, model: "m/1") == "/embeddings")
  }
}
