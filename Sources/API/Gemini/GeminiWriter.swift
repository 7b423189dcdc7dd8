import NIOCore
import Shared

/// Writes answers for clients of Gemini's.
struct GeminiWriter: StreamedAnswerWriter {
  /// Until the answer says better, what the client asked for.
  let model: String
  /// Whether a stream is one JSON array, told element by element, and no server-sent events.
  let isArray: Bool

  var contentType: String? { isArray ? "application/json; charset=utf-8" : nil }

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    job.geminiWriter.whole(result.answer, model: result.model, usage: TokenUsage(openAI: result.usage))
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    GeminiChunkWriter(isArray: isArray, model: model, chunks: job.geminiWriter)
  }
}

/// Writes one answer as the chunks that Gemini's clients read.
private struct GeminiChunkWriter: StreamWriter {
  let isArray: Bool
  var model: String
  var chunks: GeminiAnswerWriter
  private var isBegun = false

  init(isArray: Bool, model: String, chunks: GeminiAnswerWriter) {
    self.isArray = isArray
    self.model = model
    self.chunks = chunks
  }

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    if let target { model = target.model }
    if let chunk = chunks.chunk(delta, model: model) { add(chunk, to: &bytes) }
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    let usage = TokenUsage(openAI: result.usage)
    add(chunks.end(model: result.model, result.answer.finishReason, usage: usage), to: &bytes)
    close(&bytes)
  }

  /// The official SDK raises an object that begins with `error`.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    add((["error": .object(problem.googleErrorObject)] as JSONValue).serialized(), to: &bytes)
    close(&bytes)
  }

  /// A comment would break an array, and google-genai takes one among events for JSON; an empty line says nothing to both.
  mutating func goOn(_ bytes: inout ByteBuffer) { bytes.writeStaticString("\n") }

  private mutating func add(_ json: ByteBuffer, to bytes: inout ByteBuffer) {
    guard isArray else { return bytes.writeEvent(json) }
    bytes.writeStaticString(isBegun ? ",\n" : "[")
    isBegun = true
    bytes.writeImmutableBuffer(json)
  }

  private func close(_ bytes: inout ByteBuffer) {
    if isArray { bytes.writeStaticString("]\n") }
  }
}

extension AnsweredJob {
  fileprivate var geminiWriter: GeminiAnswerWriter {
    GeminiAnswerWriter(id: String(id.rawValue.dropFirst(4)))
  }
}
