import Testing

@testable import Shared

@Suite("Embeddings in Gemini's dialect")
struct GeminiEmbeddingTests {
  private let dialect = GeminiDialect()

  private func read(
    _ body: String, to request: EmbeddingRequest, status: Int = 200
  ) -> Result<ProviderAnswer, ProviderFault> {
    dialect.read(DialectFixture.response(status, body), to: request)
  }

  @Test("each text is a request of the batch")
  func request() throws {
    let request = EmbeddingRequest(
      model: "default", input: ["a", "b"], dimensions: 3, extras: ["user": "u"])
    #expect(
      try dialect.json(of: request, model: "models/gemini-embedding-001") == [
        "requests": [
          [
            "model": "models/gemini-embedding-001", "content": ["parts": [["text": "a"]]],
            "outputDimensionality": 3,
          ],
          [
            "model": "models/gemini-embedding-001", "content": ["parts": [["text": "b"]]],
            "outputDimensionality": 3,
          ],
        ]
      ])
    #expect(
      try dialect.json(of: EmbeddingRequest(model: "default", input: "a"), model: "e") == [
        "requests": [["model": "models/e", "content": ["parts": [["text": "a"]]]]]
      ])
  }

  @Test(
    "tokens and unknown members are refused",
    arguments: [
      (
        EmbeddingRequest(model: "m", input: [1, 2]),
        "Gemini embeds texts and no tokens, which are another model's; send the text."
      ),
      (
        EmbeddingRequest(model: "m", input: [[1], [2]]),
        "Gemini embeds texts and no tokens, which are another model's; send the text."
      ),
      (
        EmbeddingRequest(model: "m", input: "x", extras: ["late_chunking": true]),
        "Gemini has no `late_chunking`; leave it out, or ask a provider that has it."
      ),
    ])
  func refused(request: EmbeddingRequest, sentence: String) {
    #expect(throws: ProviderFault(.requestRefused, "cannot be translated", message: sentence)) {
      try dialect.json(of: request, model: "m")
    }
  }

  @Test("vectors come in OpenAI's form, as numbers or as Base64 of 32-bit numbers")
  func vectors() throws {
    let body = #"{"embeddings":[{"values":[0.5,-2]},{"values":[1]}]}"#
    let numbers = try read(body, to: EmbeddingRequest(model: "m", input: ["a", "b"])).get()
    #expect(
      numbers.embeddings == [
        ["object": "embedding", "index": 0, "embedding": [0.5, -2]],
        ["object": "embedding", "index": 1, "embedding": [1]],
      ])
    #expect(numbers.answer.usage == .zero)
    let base64 = try read(body, to: EmbeddingRequest(model: "m", input: ["a", "b"], isBase64: true)).get()
    // 0x3F000000, 0xC0000000 and 0x3F800000, the lowest byte first.
    #expect(
      base64.embeddings == [
        ["object": "embedding", "index": 0, "embedding": "AAAAPwAAAMA="],
        ["object": "embedding", "index": 1, "embedding": "AACAPw=="],
      ])
  }

  @Test(
    "what is not one vector for each text is a fault",
    arguments: [
      ("{}", "no embeddings in the answer"), (#"{"embeddings":[]}"#, "no embeddings in the answer"),
      (#"{"embeddings":[{"values":[1]},{"values":[1]}]}"#, "not one embedding for each text"),
      (#"{"embeddings":[{"values":[]}]}"#, "an embedding without numbers"),
      (#"{"embeddings":[{"values":["1"]}]}"#, "an embedding without numbers"),
      (#"{"embeddings":[{}]}"#, "an embedding without numbers"), ("<html>", "not JSON"),
      (#"{"error":{"code":500}}"#, "server error (500)"),
    ])
  func broken(body: String, reason: String) {
    #expect(read(body, to: EmbeddingRequest(model: "m", input: "a")).fault == .failing(reason))
  }

  @Test("errors mean what they mean for chats")
  func errors() {
    let body = #"{"error":{"code":429,"details":[{"retryDelay":"3s"}]}}"#
    let fault = read(body, to: EmbeddingRequest(model: "m", input: "a"), status: 429).fault
    #expect(fault?.kind == .limited(resetsIn: .seconds(3)))
  }
}
