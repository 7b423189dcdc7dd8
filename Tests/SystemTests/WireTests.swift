import Shared
import TestSupport
import Testing

@Suite("What providers receive")
struct WireTests {
  private let request: JSONValue = [
    "system": "Be brief.",
    "messages": [
      ["role": "user", "content": "Hello."],
      ["role": "user", "content": [["type": "text", "text": "Anyone?"]]],
      ["role": "assistant", "content": "Yes."], ["role": "developer", "content": "In English."],
      ["role": "user", "content": "Why?"],
    ],
    "max_tokens": 99, "temperature": 0.5, "top_p": 0.9, "stop": ["END", "STOP"], "seed": 7, "cache": "off",
  ]

  private func received(by provider: String) async throws -> JSONValue {
    var recorded: JSONValue = .null
    try await SluiceCluster.withOneOfEach { cluster, api in
      var body = request.object ?? [:]
      body["model"] = .string("\(provider)/a-model")
      let reply = try await api.post("/query", .object(body))
      #expect(reply.status == 200, "\(reply.body)")
      let requests = try await cluster.simulator.requests(provider: provider)
      #expect(requests.count == 1)
      recorded = requests.first ?? .null
    }
    return recorded
  }

  private func header(_ name: String, of request: JSONValue) -> String? {
    request["headers"]?.object?.first { $0.key.lowercased() == name }?.value.string
  }

  @Test("Gemini's request fits its reference field by field")
  func gemini() async throws {
    let received = try await received(by: "gemini")
    #expect(received["path"] == "/gemini/v1beta/models/a-model:generateContent")
    #expect(header("x-goog-api-key", of: received) == "test-gemini-key")
    #expect(header("authorization", of: received) == nil)
    #expect(header("content-type", of: received) == "application/json")
    #expect(
      received["body"]
        == [
          "systemInstruction": ["parts": [["text": "Be brief."], ["text": "In English."]]],
          "contents": [
            ["role": "user", "parts": [["text": "Hello."], ["text": "Anyone?"]]],
            ["role": "model", "parts": [["text": "Yes."]]], ["role": "user", "parts": [["text": "Why?"]]],
          ],
          "generationConfig": [
            "maxOutputTokens": 99, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END", "STOP"],
            "seed": 7,
          ],
        ])
  }

  @Test(
    "the requests to Groq and OpenRouter fit OpenAI's reference field by field",
    arguments: ["groq", "openrouter"])
  func openAI(provider: String) async throws {
    let received = try await received(by: provider)
    let base = provider == "groq" ? "/groq/openai/v1" : "/openrouter/api/v1"
    #expect(received["path"]?.string == "\(base)/chat/completions")
    #expect(header("authorization", of: received) == "Bearer test-\(provider)-key")
    #expect((header("x-title", of: received) == "Sluice") == (provider == "openrouter"))
    #expect((header("http-referer", of: received) != nil) == (provider == "openrouter"))
    #expect(
      received["body"]
        == [
          "model": "a-model",
          "messages": [
            ["role": "system", "content": "Be brief."], ["role": "user", "content": "Hello."],
            ["role": "user", "content": "Anyone?"], ["role": "assistant", "content": "Yes."],
            ["role": "system", "content": "In English."], ["role": "user", "content": "Why?"],
          ],
          "max_tokens": 99, "temperature": 0.5, "top_p": 0.9, "stop": ["END", "STOP"], "seed": 7,
        ])
  }
}
