import NIOCore
import Shared

/// Writes answers as responses.
struct ResponsesWriter: StreamedAnswerWriter, StandingWriter {
  /// Until the answer says better, what the client asked for.
  let model: String
  /// The members that a response repeats.
  private let request: JSONObject
  private let names: ToolNames

  /// `request` has the members as they were sent.
  init(model: String, request: JSONObject, names: ToolNames) {
    self.model = model
    // The input can be large, and is not repeated.
    var request = request
    request["input"] = nil
    self.request = request
    self.names = names
  }

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    JSONValue.object(whole(result, job.id, created: job.created)).serialized()
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    ResponseEventWriter(job: job, writer: writer(of: job.id, created: job.created, model: model))
  }

  // MARK: - As it stands

  func standing(_ job: JobResource) -> ByteBuffer { JSONValue.object(response(job)).serialized() }

  /// The response of a job, whatever has become of it.
  func response(_ job: JobResource) -> JSONObject {
    switch job.state {
    case .queued, .scheduled: return object(of: job).json(ResponsesObject.State(.queued))
    case .running: return object(of: job).json(ResponsesObject.State(.inProgress))
    case .cancelled: return object(of: job).json(ResponsesObject.State(.cancelled))
    case .succeeded:
      guard let result = job.result.flatMap(StoredResult.init) else { return failed(job, .internalError) }
      return whole(result, job.id, created: job.created)
    case .failed: return failed(job, job.failure.map(Problem.failed(storedError:)) ?? .internalError)
    case .expired: return failed(job, .unavailable(.queueIsFull, retryAfter: .seconds(5)))
    }
  }

  private func failed(_ job: JobResource, _ problem: Problem) -> JSONObject {
    var state = ResponsesObject.State(.failed)
    let (code, message) = problem.responseError
    state.error = ["code": .string(code), "message": .string(message)]
    return object(of: job).json(state)
  }

  private func whole(_ result: StoredResult, _ id: JobID, created: Int64) -> JSONObject {
    var writer = writer(of: id, created: created, model: result.model)
    return writer.whole(
      result.answer, usage: TokenUsage(openAI: result.usage), completed: result.completed(created))
  }

  private func object(of job: JobResource) -> ResponsesObject {
    object(of: job.id, created: job.created, model: model)
  }

  private func object(of id: JobID, created: Int64, model: String) -> ResponsesObject {
    ResponsesObject(id: ResponseID.text(of: id), created: created / 1000, model: model, request: request)
  }

  private func writer(of id: JobID, created: Int64, model: String) -> ResponsesAnswerWriter {
    ResponsesAnswerWriter(
      object(of: id, created: created, model: model), names: names, token: ResponseID.token(of: id))
  }
}

extension Problem {
  /// The code and the message of a response that failed.
  fileprivate var responseError: (code: String, message: String) {
    let error = openAIErrorObject(requestID: "")
    return (error["code"]?.string ?? "server_error", error["message"]?.string ?? detail)
  }
}

/// Writes one answer as the events that clients of Responses read.
private struct ResponseEventWriter: StreamWriter {
  let job: AnsweredJob
  var writer: ResponsesAnswerWriter

  mutating func begin(to bytes: inout ByteBuffer) { bytes.write(writer.begin(model: nil)) }

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    bytes.write(writer.begin(model: target?.model))
    bytes.write(writer.write(delta))
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    bytes.write(writer.begin(model: result.model))
    bytes.write(
      writer.end(
        result.answer.finishReason, usage: TokenUsage(openAI: result.usage),
        completed: result.completed(job.created))
    )
  }

  /// OpenAI's SDKs raise no error of their own for it; it says why there is no more.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    let (code, message) = problem.responseError
    bytes.write(
      writer.fail(
        code: code, message: message, isCancelled: problem == .conflict(.jobHasEnded(.cancelled))))
  }
}

extension StoredResult {
  /// When it was there, in Unix seconds. `created` is when it was asked, in Unix milliseconds.
  fileprivate func completed(_ created: Int64) -> Int64 { (created + latency + 999) / 1000 }
}

extension ByteBuffer {
  fileprivate mutating func write(_ events: [ResponsesAnswerWriter.Event]) {
    for event in events { writeEvent(name: event.name, event.data) }
  }
}
