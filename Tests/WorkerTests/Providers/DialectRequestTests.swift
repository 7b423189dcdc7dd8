import NIOCore
import Shared
import Testing

@testable import Worker

@Suite("Requests on the wire")
struct DialectRequestTests {
  private let conversation: [ChatMessage] = [
    ChatMessage(role: .system, content: "Be brief."), ChatMessage(role: .developer, content: "No \"slang\"."),
    ChatMessage(role: .user, content: "One"), ChatMessage(role: .user, content: "Two\n"),
    ChatMessage(role: .assistant, content: "Three"), ChatMessage(role: .user, content: "Four"),
  ]

  private func body(_ dialect: any WireDialect, _ request: JobRequest) throws -> JSONValue {
    try JSONParser.parse(dialect.body(of: request, model: "m/1"))
  }

  @Test("an OpenAI request carries every field under OpenAI's names, developer messages as system")
  func openAIComplete() throws {
    let request = JobRequest(
      messages: conversation, maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], seed: 1 << 40)
    let expected: JSONValue = [
      "model": "m/1",
      "messages": [
        ["role": "system", "content": "Be brief."], ["role": "system", "content": "No \"slang\"."],
        ["role": "user", "content": "One"], ["role": "user", "content": "Two\n"],
        ["role": "assistant", "content": "Three"], ["role": "user", "content": "Four"],
      ],
      "max_tokens": 100, "temperature": 0.5, "top_p": 0.9, "stop": ["END"], "seed": 1_099_511_627_776,
    ]
    #expect(try body(OpenAIDialect(), request) == expected)
  }

  @Test("what a client leaves to the provider is not sent")
  func openAILeast() throws {
    let expected: JSONValue = [
      "model": "m/1", "messages": [["role": "user", "content": "Hi"]], "max_tokens": 256, "temperature": 0.7,
    ]
    let request = JobRequest(messages: [ChatMessage(role: .user, content: "Hi")])
    #expect(try body(OpenAIDialect(), request) == expected)
    #expect(
      try body(GeminiDialect(), request) == [
        "contents": [["role": "user", "parts": [["text": "Hi"]]]],
        "generationConfig": ["maxOutputTokens": 256, "temperature": 0.7],
      ])
  }

  @Test("a Gemini request merges turns of one role and sets system text apart")
  func geminiComplete() throws {
    let request = JobRequest(
      messages: conversation, maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], seed: 7)
    let expected: JSONValue = [
      "contents": [
        ["role": "user", "parts": [["text": "One"], ["text": "Two\n"]]],
        ["role": "model", "parts": [["text": "Three"]]], ["role": "user", "parts": [["text": "Four"]]],
      ],
      "systemInstruction": ["parts": [["text": "Be brief."], ["text": "No \"slang\"."]]],
      "generationConfig": [
        "maxOutputTokens": 100, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"], "seed": 7,
      ],
    ]
    #expect(try body(GeminiDialect(), request) == expected)
  }

  @Test("only a Flash model of Gemini 2.5 is told not to think, which would use up the answer's tokens")
  func geminiThinking() throws {
    let request = JobRequest(messages: [ChatMessage(role: .user, content: "Hi")])
    func configuration(_ model: String) throws -> JSONValue? {
      try JSONParser.parse(GeminiDialect().body(of: request, model: model))["generationConfig"]
    }
    #expect(try configuration("gemini-2.5-flash-lite")?["thinkingConfig"] == ["thinkingBudget": 0])
    #expect(try configuration("gemini-2.5-pro")?["thinkingConfig"] == nil)
  }

  @Test("Gemini gets a seed that fits its 32 bits, the same one each time")
  func geminiSeed() throws {
    let request = JobRequest(messages: [ChatMessage(role: .user, content: "Hi")], seed: 1 << 40 | 5)
    #expect(try body(GeminiDialect(), request)["generationConfig"]?["seed"] == 5)
  }

  @Test("a conversation of system messages only is asked of Gemini as the user's")
  func geminiSystemOnly() {
    let conversation = GeminiConversation([ChatMessage(role: .system, content: "Write a poem.")])
    #expect(conversation.system.isEmpty)
    #expect(conversation.turns == [.init(isModel: false, texts: ["Write a poem."])])
  }

  @Test("Gemini's contents never start with the model and hold no empty part")
  func geminiStartsWithUser() {
    let conversation = GeminiConversation([
      ChatMessage(role: .user, content: ""), ChatMessage(role: .assistant, content: "Once upon"),
    ])
    #expect(
      conversation.turns == [.init(isModel: false, texts: [" "]), .init(isModel: true, texts: ["Once upon"])])
  }

  @Test(
    "a model's name cannot change the path of Gemini's URL",
    arguments: [
      ("gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"),
      ("models/gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent"),
      ("../v1/x?key=1#", "/models/..%2Fv1%2Fx%3Fkey%3D1%23:generateContent"),
      ("ü\r\n", "/models/%C3%BC%0D%0A:generateContent"),
    ])
  func geminiPath(model: String, path: String) {
    #expect(GeminiDialect().path(for: model) == path)
  }

  @Test("the key stands in one header and nowhere else")
  func keys() throws {
    let request = JobRequest(messages: [ChatMessage(role: .user, content: "Hi")])
    let key = ProviderFixture.key.reveal()
    let openAI = try ProviderEndpoint(ProviderFixture.openAI(), model: "m").httpRequest(for: request)
    let gemini = try ProviderEndpoint(ProviderFixture.gemini(), model: "m").httpRequest(for: request)
    #expect(openAI.headers["authorization"] == ["Bearer \(key)"])
    #expect(gemini.headers["x-goog-api-key"] == [key])
    #expect(openAI.url.absoluteString == "http://example.com/v1/chat/completions")
    #expect(gemini.url.absoluteString == "http://example.com/v1beta/models/m:generateContent")
    #expect(openAI.headers.filter { $0.value.contains(key) }.count == 1)
    #expect(gemini.headers.filter { $0.value.contains(key) }.count == 1)
  }

  @Test("a provider's own headers are sent along")
  func extraHeaders() throws {
    let provider = Provider(
      name: "openrouter", dialect: .openAI, baseURL: "https://openrouter.ai/api/v1",
      access: .key(ProviderFixture.key), defaultModel: "m", headers: ["X-Title": "Sluice"])
    let request = try ProviderEndpoint(provider, model: "m").httpRequest(for: JobRequest(messages: []))
    #expect(request.headers["x-title"] == ["Sluice"])
  }
}
