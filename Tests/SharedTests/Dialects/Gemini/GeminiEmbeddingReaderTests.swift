import Testing

@testable import Shared

@Suite("What clients of Gemini's ask of embeddings")
struct GeminiEmbeddingReaderTests {
  @Test("embeddings are read one by one and together, with what only Gemini knows")
  func embeddings() throws {
    let one = try GeminiEmbeddingReader.one(
      model: "e",
      ["content": ["parts": [["text": "a"]]], "task_type": "RETRIEVAL_QUERY", "output_dimensionality": 8])
    #expect(one.texts == ["a"] && one.dimensions == 8)
    let written = try GeminiDialect().json(of: one, model: "e")
    #expect(written["requests"]?[0]?["taskType"] == "RETRIEVAL_QUERY")
    #expect(try ChatDialect().json(of: one, model: "e")["google"] == nil)
    #expect(try JobRequest(stored: JobRequest.embedding(one).encoded()) == .embedding(one))
    let request: JSONValue = ["model": "models/e", "content": ["parts": [["text": "a"]]]]
    #expect(
      try GeminiEmbeddingReader.several(model: "e", ["requests": [request, request]]).texts == ["a", "a"])
    for bad: JSONValue in [
      [:], ["requests": []], ["requests": [["model": "models/f", "content": ["parts": [["text": "a"]]]]]],
      ["requests": [["content": ["parts": []]]]],
      ["requests": [["content": ["parts": [["inlineData": [:]]]]]]],
      ["requests": [request, ["content": ["parts": [["text": "a"]]], "taskType": "X"]]],
    ] {
      #expect(throws: InputFault.self) { try GeminiEmbeddingReader.several(model: "e", bad) }
    }
  }
}
