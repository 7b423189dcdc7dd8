import NIOCore
import OrderedCollections
import Testing

@testable import Shared

@Suite("Requests in their stored form")
struct StoredConversationTests {
  private static var full: Conversation {
    var parameters = Parameters(maxTokens: 7, temperature: 0.25, topP: 0.5, stop: ["a", "\""], seed: .min)
    parameters.responseFormat = .jsonObject
    parameters.user = "u"
    let call = ToolCall(
      id: "a", name: "f", arguments: "{\"x\": 1}", signature: "c2ln",
      maker: Maker(provider: nil, dialect: .gemini))
    return Conversation(
      model: "groq/x",
      turns: [
        Turn(role: .system, text: "Be \"brief\"\n"),
        Turn(
          role: .user,
          parts: [
            .text("Why? 😀"), .image(ImagePart(source: "https://x/y.png", detail: "low")),
            .image(ImagePart(source: "data:,")), .audio(AudioPart(data: "aGkh", format: "wav")),
            .text(TextPart("x", extras: ["cache_control": ["type": "ephemeral"]])),
          ], name: "Ada"), Turn(role: .assistant, parts: [.toolCall(call)]),
        Turn(role: .tool, parts: [.toolResult(ToolResult(callID: "a", parts: []))]),
        Turn(role: .developer, parts: []),
      ], tools: [.function(FunctionTool(name: "f")), .other(["type": "browser_search"])], toolChoice: .auto,
      parameters: parameters, extras: ["logit_bias": ["5": -100], "top_k": 4])
  }

  @Test("a request reads back as it was stored, with everything that it holds")
  func roundTrip() throws {
    var completion = Self.full
    completion.parameters.limitsCompletionTokens = true
    let plain = Conversation(turns: [Turn(role: .user, text: "x")])
    for request in [Self.full, completion, plain] {
      let stored = JobRequest.chat(request).encoded()
      let read = try JobRequest(stored: stored)
      #expect(read == .chat(request))
      #expect(read.encoded() == stored)
    }
  }

  @Test("any request reads back as it was stored, and equal ones have equal bytes")
  func random() throws {
    for seed: UInt64 in 0..<400 {
      var samples = ConversationSamples(seed: seed)
      let request = JobRequest.chat(samples.conversation())
      let stored = request.encoded()
      let (read, form, _) = try JobRequest.read(stored)
      #expect(read == request, "seed \(seed)")
      #expect(read.encoded() == stored && form == .parts, "seed \(seed)")
    }
  }

  @Test("a request of any other dialect reads back with its parts in their order, results and all")
  func otherDialects() throws {
    for seed: UInt64 in 0..<400 {
      var samples = RichConversationSamples(seed: seed)
      let request = JobRequest.chat(samples.conversation())
      let stored = request.encoded()
      let (read, form, _) = try JobRequest.read(stored)
      #expect(read == request, "seed \(seed)")
      #expect(read.encoded() == stored && form == .parts, "seed \(seed)")
    }
  }

  @Test("a client's members are not taken for those of the stored form")
  func ownNames() throws {
    let request = Conversation(
      turns: [Turn(role: .user, text: "x")],
      extras: ["dialect": "x", "saves_thoughts": true, "extras": ["a": 1], "model_name": "m"])
    #expect(try JobRequest(stored: JobRequest.chat(request).encoded()) == .chat(request))
  }

  @Test("headers of a client of OpenAI's are stored with what it asks, beside a member of that name")
  func headers() throws {
    var request = Conversation(turns: [Turn(role: .user, text: "x")], extras: ["headers": ["a": "b"]])
    request.headers = ["openai-beta": "x=v1"]
    #expect(try JobRequest(stored: JobRequest.chat(request).encoded()) == .chat(request))
  }

  @Test("several thoughts and refusals of one message are one text each")
  func severalThoughts() throws {
    let turn = Turn(
      role: .assistant,
      parts: [
        .thought(Thought("a", member: "content")), .text("x"),
        .thought(Thought("b", member: "reasoning_content")),
        .refusal("no"), .refusal(" way"),
      ])
    let stored = JobRequest.chat(Conversation(turns: [turn, Turn(role: .user, text: "y")])).encoded()
    guard case .chat(let read) = try JobRequest(stored: stored) else { return }
    #expect(read.turns[0].parts.contains(.thought(Thought("ab", member: "reasoning_content"))))
    #expect(read.turns[0].parts.contains(.refusal("no way")))
  }

  @Test("requests that mean the same have equal bytes, whatever the order of the client's members")
  func order() {
    let one = Conversation(turns: [], extras: ["top_k": 4, "n": 1])
    let other = Conversation(turns: [], extras: ["n": 1, "top_k": 4])
    #expect(JobRequest.chat(one).encoded() == JobRequest.chat(other).encoded())
  }

  @Test("the calls and results of a conversation are read from OpenAI's members")
  func calls() {
    let asked = Turn(
      chat: [
        "role": "assistant", "content": nil,
        "tool_calls": [
          [
            "id": "a", "type": "function", "function": ["name": "f", "arguments": "{\"x\": 1}"],
            "extra_content": ["google": ["thought_signature": "c2ln"]],
          ]
        ],
      ], role: .assistant)
    #expect(asked == Self.full.turns[2])
    #expect(Turn(chat: ["tool_call_id": "a", "content": ""], role: .tool) == Self.full.turns[3])
    #expect(Self.full.turns[1].text == "Why? 😀x")
    #expect(Self.full.functions.map(\.name) == ["f"])
  }

  @Test("an image counts for what it may cost, whatever its size")
  func estimate() {
    func request(_ url: String) -> Conversation {
      Conversation(turns: [Turn(role: .user, parts: [.image(ImagePart(source: url))])])
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
      #"{"dialect":"unknown","model":"x","messages":[{"role":"user","content":"x"}]}"#,
      #"{"dialect":"unknown","model":"x","turns":[]}"#, #"{"dialect":"gemini","model":"x","turns":[{}]}"#,
      #"{"dialect":"gemini","model":"x","turns":[{"role":"user","parts":[{"hologram":"x"}]}]}"#,
    ])
  func damaged(text: String) {
    #expect(throws: StoredJobError.self) { try JobRequest(stored: ByteBuffer(string: text)) }
  }
}
