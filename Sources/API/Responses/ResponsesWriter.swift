import NIOCore
import Shared

/// Writes answers as responses.
struct ResponsesWriter: StreamedAnswerWriter {
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
    var writer = writer(of: job, model: result.model)
    let response = writer.whole(
      result.answer, usage: TokenUsage(openAI: result.usage), completed: result.completed(job))
    return JSONValue.object(response).serialized()
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    ResponseEventWriter(job: job, writer: writer(of: job, model: model))
  }

  private func writer(of job: AnsweredJob, model: String) -> ResponsesAnswerWriter {
    let token = String(job.id.rawValue.dropFirst(4))
    let object = ResponsesObject(
      id: "resp_\(token)", created: job.created / 1000, model: model, request: request)
    return ResponsesAnswerWriter(object, names: names, token: token)
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
        result.answer.finishReason, usage: TokenUsage(openAI: result.usage), completed: result.completed(job))
    )
  }

  /// OpenAI's SDKs raise no error of their own for it; it says why there is no more.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    let error = problem.openAIErrorObject(requestID: job.requestID.description)
    bytes.write(
      writer.fail(
        code: error["code"]?.string ?? "server_error", message: error["message"]?.string ?? problem.detail))
  }
}

extension StoredResult {
  /// When it was there, in Unix seconds.
  fileprivate func completed(_ job: AnsweredJob) -> Int64 { (job.created + latency + 999) / 1000 }
}

extension ByteBuffer {
  fileprivate mutating func write(_ events: [ResponsesAnswerWriter.Event]) {
    for event in events { writeEvent(name: event.name, event.data) }
  }
}
