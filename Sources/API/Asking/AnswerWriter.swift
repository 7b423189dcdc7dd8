import NIOCore
import Shared

/// Writes answers in the form of another API: the clients' side of a dialect.
protocol AnswerWriter: Sendable {
  /// The body of a whole answer. Throws ``Problem`` when it is not one of this kind.
  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer
}

/// Writes answers while they come, too.
protocol StreamedAnswerWriter: AnswerWriter {
  /// What writes the answer of one job while it comes.
  func stream(of job: AnsweredJob) -> any StreamWriter

  /// Of a stream; nil for server-sent events.
  var contentType: String? { get }

  /// Whether a stream begins before there is a piece of the answer, whose client then learns of an early failure by it.
  var beginsAtOnce: Bool { get }
}

extension StreamedAnswerWriter {
  var contentType: String? { nil }

  var beginsAtOnce: Bool { false }
}

/// Writes how a job stands in the form of another API, for clients that come back for the answer.
protocol StandingWriter: AnswerWriter {
  func standing(_ job: JobResource) -> ByteBuffer
}

/// The job that an answer is of.
struct AnsweredJob: Sendable {
  let id: JobID
  /// Unix milliseconds.
  let created: Int64
  let requestID: RequestID
}

/// Writes one streamed answer as server-sent events.
protocol StreamWriter: Sendable {
  /// Appends what comes before all pieces, where the first is late.
  mutating func begin(to bytes: inout ByteBuffer)

  /// Appends what tells that a worker has begun.
  mutating func run(to bytes: inout ByteBuffer)

  /// Appends a piece of the answer. `target` is who answers, with the first piece.
  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer)

  /// Appends what comes behind the last piece.
  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer)

  /// Appends an answer that is there from the start, and its end.
  mutating func tell(_ result: StoredResult, to bytes: inout ByteBuffer)

  /// Appends the error that ends the stream.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer)

  /// Appends why the stream ends here, while its job goes on.
  mutating func breakOff(with problem: Problem, to bytes: inout ByteBuffer)

  /// How long a stream may be quiet.
  var patience: Duration { get }

  /// Appends what says nothing, so that nobody between takes a quiet stream for dead.
  mutating func goOn(_ bytes: inout ByteBuffer)
}

extension StreamWriter {
  mutating func breakOff(with problem: Problem, to bytes: inout ByteBuffer) {
    fail(with: problem, to: &bytes)
  }

  var patience: Duration { EventStream.heartbeat }

  mutating func begin(to bytes: inout ByteBuffer) {}

  mutating func run(to bytes: inout ByteBuffer) {}

  mutating func goOn(_ bytes: inout ByteBuffer) { bytes.writeComment("waiting") }
}

extension StreamWriter {
  /// In one piece.
  mutating func tell(_ result: StoredResult, to bytes: inout ByteBuffer) {
    write(
      result.answer.delta, of: Target(provider: result.provider, model: result.model), to: &bytes)
    end(with: result, to: &bytes)
  }
}
