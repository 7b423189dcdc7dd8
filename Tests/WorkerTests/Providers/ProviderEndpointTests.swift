import Shared
import Testing

@testable import Worker

@Suite("Where providers are asked")
struct ProviderEndpointTests {
  private let chat = RouteFixture.request

  @Test(
    "the key stands in one header and nowhere else",
    arguments: [
      (ProviderFixture.openAI(), "authorization", "Bearer ", "/v1/chat/completions"),
      (ProviderFixture.gemini(), "x-goog-api-key", "", "/v1beta/models/m:generateContent"),
      (ProviderFixture.anthropic(), "x-api-key", "", "/v1/messages"),
    ])
  func keys(provider: Provider, header: String, scheme: String, path: String) throws {
    let key = ProviderFixture.key.reveal()
    let request = try ProviderEndpoint(provider, model: "m").httpRequest(for: chat).0
    #expect(request.headers[header] == [scheme + key])
    #expect(request.headers.filter { $0.value.contains(key) }.count == 1)
    #expect(request.url.absoluteString == "http://example.com\(path)")
  }

  @Test("a provider's own headers are sent along")
  func extraHeaders() throws {
    let provider = Provider(
      name: "openrouter", dialect: .chat, baseURL: "https://openrouter.ai/api/v1",
      access: .key(ProviderFixture.key), defaultModel: "m", headers: ["X-Title": "Sluice"])
    let request = try ProviderEndpoint(provider, model: "m").httpRequest(for: chat).0
    #expect(request.headers["x-title"] == ["Sluice"])
  }

  @Test(
    "betas of OpenAI's clients go to providers of OpenAI's dialects, behind their own, and to nobody else",
    arguments: [Dialect.chat, .responses, .messages, .gemini])
  func betas(asked: Dialect) throws {
    let header: JSONObject = [asked == .messages ? "anthropic-beta" : "openai-beta": "b"]
    let conversation = Conversation(turns: [Turn(role: .user, text: "Hi")], dialect: asked, headers: header)
    for speaks in [Dialect.chat, .responses, .messages, .gemini] {
      let provider = Provider(
        name: "p", dialect: speaks, baseURL: "https://example.com/v1", access: .key(ProviderFixture.key),
        defaultModel: "m", headers: ["OpenAI-Beta": "a"])
      let headers = try ProviderEndpoint(provider, model: "m").httpRequest(for: .chat(conversation)).0.headers
      let takes = [.chat, .responses].contains(speaks) && [.chat, .responses].contains(asked)
      #expect(headers["openai-beta"] == [takes ? "a,b" : "a"], "\(asked) at \(speaks)")
      #expect(headers.contains(name: "anthropic-beta") == (asked == .messages && speaks == .messages))
    }
  }

  @Test("a stream and embeddings have paths of their own, and a stream is asked for as events")
  func operations() throws {
    let endpoint = try ProviderEndpoint(ProviderFixture.gemini(), model: "m")
    let stream = try endpoint.httpRequest(for: chat, streams: true).0
    #expect(
      stream.url.absoluteString == "http://example.com/v1beta/models/m:streamGenerateContent?alt=sse")
    #expect(stream.headers["accept"] == ["text/event-stream"])
    let embedding = JobRequest.embedding(EmbeddingRequest(model: "m", input: "x"))
    let embeddings = try endpoint.httpRequest(for: embedding).0
    #expect(embeddings.url.absoluteString == "http://example.com/v1beta/models/m:batchEmbedContents")
    #expect(embeddings.headers["accept"] == ["application/json"])
  }

  @Test("a text goes on at a provider that has completions, and by chats elsewhere, one for each prompt")
  func completions() throws {
    var shape = ProviderShape.neutral
    shape.takesCompletions = true
    let provider = Provider(
      name: "old", dialect: .chat, baseURL: "http://example.com/v1", access: .key(ProviderFixture.key),
      defaultModel: "m", shape: shape)
    let (old, chat) = (
      try ProviderEndpoint(provider, model: "m"), try ProviderEndpoint(ProviderFixture.gemini(), model: "m")
    )
    let one = JobRequest.completion(CompletionRequest(model: "m", prompt: "Once"))
    let two = JobRequest.completion(CompletionRequest(model: "m", prompt: ["Once", "Twice"]))
    #expect(old.pieces(of: two) == nil && old.streams(two))
    #expect(chat.pieces(of: two)?.count == 2 && !chat.streams(two) && chat.streams(one))
    let asked = try old.httpRequest(for: two, streams: true).0
    #expect(asked.url.path == "/v1/completions" && asked.headers["accept"] == ["text/event-stream"])
    let streamed = try chat.httpRequest(for: one, streams: true).0
    #expect(streamed.url.absoluteString.hasSuffix("m:streamGenerateContent?alt=sse"))
    let whole = try chat.httpRequest(for: two, streams: true).0
    #expect(whole.url.absoluteString.hasSuffix("m:generateContent"))
    let suffixed = JobRequest.completion(CompletionRequest(model: "m", prompt: "Once", suffix: "end"))
    #expect(throws: ProviderFault.self) { try chat.httpRequest(for: suffixed) }
    let moderation = JobRequest.moderation(ModerationRequest(model: "m", input: "a"))
    #expect(throws: ProviderFault.self) { try old.httpRequest(for: moderation) }
  }

  @Test("Anthropic is told which version of its API is meant")
  func version() throws {
    let request = try ProviderEndpoint(ProviderFixture.anthropic(), model: "m").httpRequest(for: chat).0
    #expect(request.headers["anthropic-version"] == ["2023-06-01"])
  }

  @Test("a provider's own time-outs stand in the place of everybody's")
  func timeouts() throws {
    let provider = Provider(
      name: "ollama", dialect: .chat, baseURL: "http://example.com", access: .open, defaultModel: "m",
      timeouts: ProviderTimeoutOverrides(firstByte: .seconds(300), streamTotal: .seconds(900)))
    let shared = ProviderTimeouts(connect: .seconds(1), firstByte: .seconds(2), total: .seconds(3))
    let own = try ProviderEndpoint(provider, model: "m", timeouts: shared).timeouts
    #expect(
      own
        == ProviderTimeouts(
          connect: .seconds(1), firstByte: .seconds(300), total: .seconds(3), streamTotal: .seconds(900)))
  }

  @Test("a wish that the provider has no word for is left out and told")
  func dropped() throws {
    let endpoint = try ProviderEndpoint(ProviderFixture.anthropic(), model: "m")
    let seeded = Conversation(turns: [Turn(role: .user, text: "Hi")], parameters: Parameters(seed: 1))
    #expect(try endpoint.httpRequest(for: .chat(seeded)).dropped == ["seed"])
  }

  @Test("what cannot be translated is refused before anything is sent")
  func refusal() throws {
    let endpoint = try ProviderEndpoint(ProviderFixture.anthropic(), model: "m")
    let embedding = JobRequest.embedding(EmbeddingRequest(model: "m", input: "x"))
    #expect(throws: ProviderFault.self) { try endpoint.httpRequest(for: embedding) }
  }
}
