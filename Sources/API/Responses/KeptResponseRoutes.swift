import HTTPTypes
import NIOCore
import Shared

/// `/v1/responses/{id}` and what is below it: responses that are kept.
struct KeptResponseRoutes: Sendable {
  let desk: ResponseDesk

  var routes: [Route] {
    [
      Route(reading, handler: read), Route(deletion, handler: delete), Route(listing, handler: list),
      Route(cancellation, handler: cancel),
    ]
  }

  private func find(_ call: Call) async throws(Problem) -> (KeptResponse, Client) {
    guard let client = call.client else { throw .unauthorized }
    let response = try await desk.find(call.parameters["id"], for: client)
    call.trail.isOf(response.job.id)
    return (response, client)
  }

  // MARK: - GET

  private func read(_ call: Call) async throws(Problem) -> Reply {
    let after = try Self.startingAfter(call)
    let (response, client) = try await find(call)
    guard call.query("stream") == "true" else { return try await reply(response, for: client, call) }
    return try await ResponseResumption(desk: desk, response: response, client: client, call: call)
      .reply(after: after)
  }

  private static func startingAfter(_ call: Call) throws(Problem) -> Int64? {
    guard let text = call.query("starting_after") else { return nil }
    guard let number = Int64(text), number >= 0 else {
      throw Call.invalid("query", "starting_after", "Input should be the sequence_number of an event")
    }
    return number
  }

  /// The response as it stands. One that broke off has what was said, as long as that is there.
  private func reply(
    _ response: KeptResponse, for client: Client, _ call: Call
  ) async throws(Problem) -> Reply {
    try await call.hold.add(response.size)
    let job = JobResource(response.job)
    var said: [AnswerDelta] = []
    if job.state == .failed || job.state == .cancelled {
      said = try await desk.log(of: response, for: client)?.deltas ?? []
    }
    let body = response.writer(response.members).response(job, said: said)
    return Reply(
      .ok, json: JSONValue.object(body).serialized(), headers: [.sluiceJob: response.job.id.rawValue])
  }

  // MARK: - POST …/cancel

  /// One that has ended is as it was.
  private func cancel(_ call: Call) async throws(Problem) -> Reply {
    let (response, client) = try await find(call)
    guard response.isBackground else {
      throw Call.invalid(
        "path", "id", "Only a response with background: true is cancelled so; of another, hang up")
    }
    if !response.job.state.isTerminal {
      do throws(Problem) { _ = try await desk.jobs.cancel(response.job.id, for: client) } catch {
        guard case .conflict(.jobHasEnded) = error else { throw error }
      }
    }
    return try await reply(try await desk.find(call.parameters["id"], for: client), for: client, call)
  }

  // MARK: - DELETE

  /// One that has not ended is cancelled first.
  private func delete(_ call: Call) async throws(Problem) -> Reply {
    let (response, client) = try await find(call)
    let id = response.job.id
    // It may end, or be requeued, between the steps.
    for _ in 0..<3 {
      let forgetting: Forgetting
      do { forgetting = try await desk.jobs.queue.forgetResponse(id, tenant: client.tenant) } catch {
        throw Problem(error)
      }
      switch forgetting {
      case .gone:
        let text = ResponseID.text(of: id)
        let body: JSONValue = ["id": .string(text), "object": "response.deleted", "deleted": true]
        return Reply(.ok, json: body.serialized())
      case .absent: throw ResponseDesk.notFound(call.parameters["id"])
      case .open:
        do throws(Problem) { _ = try await desk.jobs.cancel(id, for: client) } catch {
          guard case .conflict(.jobHasEnded) = error else { throw error }
        }
      }
    }
    throw .internalError
  }

  // MARK: - GET …/input_items

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let page = try ItemPage(call)
    let (response, client) = try await find(call)
    let items = try await desk.items(of: response, for: client, holding: call.hold)
    return Reply(.ok, json: try page.json(of: items).serialized())
  }
}
