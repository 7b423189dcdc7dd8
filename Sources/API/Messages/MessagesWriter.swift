import NIOCore
import Shared

/// Writes answers as Anthropic's messages.
struct MessagesWriter: StreamedAnswerWriter {
  /// Until the answer says better, what the client asked for.
  let model: String
  /// An estimate, for as long as the provider has told none.
  let promptTokens: Int

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    MessagesAnswerWriter(id: job.messageID).whole(
      result.answer, model: result.model, usage: TokenUsage(openAI: result.usage))
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    MessageEventWriter(
      job: job, events: MessagesStreamWriter(id: job.messageID, model: model, promptTokens: promptTokens))
  }
}

/// Writes one answer as the events that Anthropic's clients read.
private struct MessageEventWriter: StreamWriter {
  let job: AnsweredJob
  var events: MessagesStreamWriter

  /// Claude Code gives a stream up in which no event comes for 15 s, and comments are none.
  var patience: Duration { .seconds(10) }

  mutating func begin(to bytes: inout ByteBuffer) { bytes.write(events.quiet()) }

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    bytes.write(events.write(delta, of: target?.model))
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    bytes.write(events.end(result.answer, usage: TokenUsage(openAI: result.usage)))
  }

  mutating func tell(_ result: StoredResult, to bytes: inout ByteBuffer) {
    bytes.write(
      events.whole(result.answer, of: result.model, usage: TokenUsage(openAI: result.usage)))
  }

  /// A stream that is merely cut would be a whole message to the official SDK.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    let error = problem.anthropicErrorObject(requestID: job.requestID.description)
    bytes.writeEvent(name: "error", JSONValue.object(error).serialized())
  }

  mutating func goOn(_ bytes: inout ByteBuffer) { bytes.write(events.quiet()) }
}

extension AnsweredJob {
  fileprivate var messageID: String { "msg_\(id.rawValue.dropFirst(4))" }
}

extension ByteBuffer {
  fileprivate mutating func write(_ events: [MessagesEvent]) {
    for event in events { writeEvent(name: event.name, event.data) }
  }
}
