import NIOCore
import Shared

/// Writes answers to chat completions.
struct ChatWriter: StreamedAnswerWriter {
  /// Until the answer says better, what the client asked for.
  let model: String
  /// Whether a last chunk shall tell the tokens.
  let includesUsage: Bool

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    job.chatWriter.whole(result.answer, model: result.model, usage: result.usage)
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    ChatChunkWriter(
      chunks: job.chatWriter, requestID: job.requestID, includesUsage: includesUsage, model: model)
  }
}

/// Writes one answer as the chunks that OpenAI's clients read.
private struct ChatChunkWriter: StreamWriter {
  let chunks: ChatAnswerWriter
  let requestID: RequestID
  let includesUsage: Bool
  var model: String
  var isBegun = false
  var deltas = ChatDeltaWriter()

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    if let target { model = target.model }
    if !isBegun {
      isBegun = true
      bytes.writeEvent(chunks.beginning(model: model, before: delta, includesUsage: includesUsage))
    }
    let written = deltas.write(delta)
    if !written.isEmpty {
      bytes.writeEvent(chunks.chunk(model: model, written, includesUsage: includesUsage))
    }
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    let reason = result.answer.choices[0].chatFinishReason ?? result.finishReason
    bytes.writeEvent(chunks.end(model: model, finishReason: reason, includesUsage: includesUsage))
    if includesUsage { bytes.writeEvent(chunks.usageChunk(model: model, result.usage)) }
    bytes.writeEvent(ByteBuffer(string: "[DONE]"))
  }

  /// An error ends the stream without `[DONE]`, and the official SDKs raise it.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    bytes.writeEvent(problem.openAIErrorBody(requestID: requestID.description))
  }
}

extension AnsweredJob {
  fileprivate var chatWriter: ChatAnswerWriter {
    ChatAnswerWriter(id: "chatcmpl-\(id.rawValue.dropFirst(4))", created: created / 1000)
  }
}
