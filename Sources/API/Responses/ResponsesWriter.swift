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

  /// The items of an answer. `created` is when it was asked, in Unix milliseconds.
  func items(_ result: StoredResult, _ job: JobID, _ created: Int64) -> [JSONValue] {
    whole(result, job, created: created)["output"]?.array ?? []
  }

  func stream(of job: AnsweredJob) -> any StreamWriter { events(of: job.id, created: job.created) }

  /// What writes its events behind number `last`. `created` is when it was asked, in Unix milliseconds.
  func events(of id: JobID, created: Int64, after last: Int64 = -1) -> ResponseEventWriter {
    ResponseEventWriter(
      created: created, writer: writer(of: id, created: created, model: model), after: last)
  }

  var beginsAtOnce: Bool { request["background"] == true }

  // MARK: - As it stands

  func standing(_ job: JobResource) -> ByteBuffer { JSONValue.object(response(job)).serialized() }

  /// The response of a job, whatever has become of it. `said` is what was said of an answer that broke off.
  func response(_ job: JobResource, said: [AnswerDelta] = []) -> JSONObject {
    switch job.state {
    case .queued where job.started == nil, .scheduled where job.started == nil:
      return object(of: job).json(ResponsesObject.State(.queued))
    // One that is tried again does not go back.
    case .queued, .scheduled, .running: return object(of: job).json(ResponsesObject.State(.inProgress))
    case .cancelled: return broken(job, .conflict(.jobHasEnded(.cancelled)), said)
    case .succeeded:
      guard let result = job.result.flatMap(StoredResult.init) else {
        return broken(job, .internalError, said)
      }
      return whole(result, job.id, created: job.created)
    case .failed:
      return broken(job, job.failure.map(Problem.failed(storedError:)) ?? .internalError, said)
    case .expired: return broken(job, .unavailable(.queueIsFull, retryAfter: .seconds(5)), said)
    }
  }

  private func broken(_ job: JobResource, _ problem: Problem, _ said: [AnswerDelta]) -> JSONObject {
    var writer = writer(of: job.id, created: job.created, model: model)
    let (code, message) = problem.responseError
    return writer.broken(
      behind: said, code: code, message: message, isCancelled: problem.isCancellation)
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
  var responseError: (code: String, message: String) {
    let error = openAIErrorObject(requestID: "")
    return (error["code"]?.string ?? "server_error", error["message"]?.string ?? detail)
  }
}

extension Problem {
  /// Whether it says no more than that its client has cancelled the job.
  var isCancellation: Bool { self == .conflict(.jobHasEnded(.cancelled)) }
}

extension StoredResult {
  /// When it was there, in Unix seconds. `created` is when it was asked, in Unix milliseconds.
  func completed(_ created: Int64) -> Int64 { (created + latency + 999) / 1000 }
}
