import NIOCore
import Shared

/// Writes one answer as the events that clients of Responses read, those behind a number alone: what was told before is
/// made again, so that numbers and ids are the same whoever writes them.
struct ResponseEventWriter: StreamWriter {
  /// When it was asked, in Unix milliseconds.
  private let created: Int64
  private var writer: ResponsesAnswerWriter
  private let last: Int64
  /// How many events there are by now, those that were not written too.
  private(set) var count: Int64 = 0

  init(created: Int64, writer: ResponsesAnswerWriter, after last: Int64) {
    self.created = created
    self.writer = writer
    self.last = last
  }

  var isBackground: Bool { writer.isBackground }

  mutating func begin(to bytes: inout ByteBuffer) { write(writer.begin(model: nil), to: &bytes) }

  mutating func run(to bytes: inout ByteBuffer) {
    // Of others the first piece tells it, which names the model.
    if isBackground { write(writer.run(), to: &bytes) }
  }

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    write(writer.begin(model: target?.model), to: &bytes)
    write(writer.write(delta), to: &bytes)
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    write(writer.begin(model: result.model), to: &bytes)
    write(
      writer.end(
        result.answer.finishReason, usage: TokenUsage(openAI: result.usage),
        completed: result.completed(created)), to: &bytes)
  }

  /// OpenAI's SDKs raise no error of their own for it; it says why there is no more.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    let (code, message) = problem.responseError
    write(writer.fail(code: code, message: message, isCancelled: problem.isCancellation), to: &bytes)
  }

  /// What is in the background has not failed: its stream stops, and is taken up anywhere behind the last event.
  mutating func breakOff(with problem: Problem, to bytes: inout ByteBuffer) {
    if !isBackground { fail(with: problem, to: &bytes) }
  }

  private mutating func write(_ events: [ResponsesAnswerWriter.Event], to bytes: inout ByteBuffer) {
    for event in events {
      count = event.number + 1
      if event.number > last { bytes.writeEvent(name: event.name, event.data) }
    }
  }
}
