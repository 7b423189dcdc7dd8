import NIOCore
import Testing

@testable import Shared

@Suite("Requests in their stored form")
struct ChatRequestTests {
  private static var full: ChatRequest {
    ChatRequest(
      model: "groq/x",
      messages: [
        ChatMessage(role: .system, content: "Be \"brief\"\n"),
        ChatMessage(
          role: .user,
          content: .parts([
            .text("Why? 😀"), .image(url: "https://x/y.png", detail: "low"),
            .image(url: "data:,", detail: nil),
            .other(["type": "input_audio", "input_audio": ["data": "aGkh", "format": "wav"]]),
            .other(["type": "text", "text": "x", "cache_control": ["type": "ephemeral"]]),
          ]), members: ["name": "Ada"]),
        ChatMessage(
          role: .assistant, content: .none,
          members: [
            "tool_calls": [
              [
                "id": "a", "type": "function", "function": ["name": "f", "arguments": "{\"x\": 1}"],
                "extra_content": ["google": ["thought_signature": "c2ln"]],
              ]
            ]
          ]), ChatMessage(role: .tool, content: .text(""), members: ["tool_call_id": "a"]),
        ChatMessage(role: .developer, content: .parts([])),
      ], maxTokens: 7, temperature: 0.25, topP: 0.5, stop: ["a", "\""], seed: .min,
      tools: [["type": "function", "function": ["name": "f"]]], toolChoice: "auto",
      responseFormat: ["type": "json_object"], extras: ["logit_bias": ["5": -100], "user": "u", "x": nil])
  }

  @Test("a request reads back as it was stored, with everything that it holds")
  func roundTrip() throws {
    var completion = Self.full
    completion.limitsCompletionTokens = true
    let plain = ChatRequest(messages: [ChatMessage(role: .user, content: "x")])
    for request in [Self.full, completion, plain] {
      let stored = JobRequest.chat(request).encoded()
      let read = try JobRequest(stored: stored)
      #expect(read == .chat(request))
      #expect(read.encoded() == stored)
    }
  }

  @Test("requests that mean the same have equal bytes, whatever the order of the client's members")
  func order() {
    let one = ChatRequest(messages: [], extras: ["user": "u", "n": 1])
    let other = ChatRequest(messages: [], extras: ["n": 1, "user": "u"])
    #expect(JobRequest.chat(one).encoded() == JobRequest.chat(other).encoded())
  }

  @Test("the calls and results of a conversation are read from their members")
  func calls() {
    let messages = Self.full.messages
    #expect(
      messages[2].toolCalls == [
        ToolCall(
          id: "a", name: "f", arguments: "{\"x\": 1}",
          extraContent: ["google": ["thought_signature": "c2ln"]])
      ])
    #expect(messages[3].toolCallID == "a")
    #expect(messages[1].text == "Why? 😀")
    #expect(Self.full.functions.map(\.name) == ["f"])
  }

  @Test("an image counts for what it may cost, whatever its size")
  func estimate() {
    func request(_ url: String) -> ChatRequest {
      ChatRequest(messages: [ChatMessage(role: .user, content: .parts([.image(url: url, detail: nil)]))])
    }
    let large = "data:image/png;base64," + String(repeating: "A", count: 1 << 20)
    #expect(request("https://x/y.png").estimatedTokens == request(large).estimatedTokens)
    #expect(request(large).estimatedTokens > 1000)
  }

  @Test("embeddings are told from chats and read back as they were stored")
  func embeddings() throws {
    let requests = [
      EmbeddingRequest(model: "e", input: "x"),
      EmbeddingRequest(
        model: "e", input: [[1, 2], [3]], dimensions: 8, isBase64: true, extras: ["user": "u"]),
    ]
    for request in requests {
      #expect(try JobRequest(stored: JobRequest.embedding(request).encoded()) == .embedding(request))
    }
    #expect(requests.map(\.texts) == [["x"], nil])
  }

  @Test(
    "a damaged request is refused",
    arguments: [
      "", "{}", "[]", #"{"model":"x"}"#, "{\"model\"", #"{"model":"x","messages":{}}"#,
      #"{"messages":[]}"#, #"{"model":"x","messages":[1]}"#,
      #"{"model":"x","messages":[{"role":"nobody","content":"x"}]}"#,
      #"{"model":"x","messages":[{"role":"user","content":1}]}"#,
    ])
  func damaged(text: String) {
    #expect(throws: StoredJobError.self) { try JobRequest(stored: ByteBuffer(string: text)) }
  }
}
