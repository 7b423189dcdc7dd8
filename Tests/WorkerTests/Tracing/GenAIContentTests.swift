import Shared
import Testing
import Tracing

@testable import Worker

@Suite("Contents of what is no conversation")
struct GenAIContentTests {
  @Test("a text stands as it is, several as JSON, and what looks like a key nowhere")
  func inputs() {
    let one = JobRequest.embedding(
      EmbeddingRequest(model: "m", input: "use -ghp_0123456789abcdefghij0123456789"))
    let text = GenAIContent.attributes(of: one, asked: "m")
    #expect(text["input.value"]?.toSpanAttribute() == .string("use -***"))
    #expect(text["openinference.span.kind"]?.toSpanAttribute() == .string("EMBEDDING"))
    let several = JobRequest.embedding(EmbeddingRequest(model: "m", input: ["a", "b"]))
    let texts = GenAIContent.attributes(of: several, asked: "m")
    #expect(texts["input.value"]?.toSpanAttribute() == .string(#"["a","b"]"#))
    #expect(texts["input.mime_type"]?.toSpanAttribute() == .string("application/json"))
  }
}
