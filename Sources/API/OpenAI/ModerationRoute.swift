import NIOCore
import Shared

/// `POST /v1/moderations`: whether texts and pictures are harmful, as a provider judges it.
struct ModerationRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: desk.asking.handler(reading: read)) }

  private func read(_ call: Call) async throws(Problem) -> Question {
    let wait = try desk.wait(of: call)
    let body = try await desk.bodies.read(call, as: ModerationBody.schema)
    try check(body.model)
    let request = JobRequest.moderation(body.request)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: desk.expiresIn, user: try UserName.read(body.others))
    return Question(order: order, form: .written(by: ModerationWriter()), wait: wait)
  }

  private func check(_ model: String?) throws(Problem) {
    let catalog = desk.catalogs.current
    let name = model ?? ModerationRequest.route
    if model == nil, (try? catalog.targets(for: name)) == nil {
      throw .modelNotFound(
        "There is no route \"\(name)\" here, which is asked where `model` is left out; send a `model`, or have its operator declare the route."
      )
    }
    try catalog.check(model: name)
    guard !catalog.hasTarget(of: name, where: \.takesModerations) else { return }
    throw Call.invalid(
      "body", "model",
      "Nobody behind \"\(name)\" has moderations; ask a provider whose configuration says `moderations: true`"
    )
  }
}

/// Writes what a provider judged.
private struct ModerationWriter: AnswerWriter {
  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    guard let results = result.embeddings else { throw .internalError }
    return ModerationDialect.body(
      id: "modr-\(job.id.rawValue.dropFirst(4))", model: result.model, results: results)
  }
}
