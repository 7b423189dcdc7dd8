import HTTPTypes
import NIOCore
import Shared

/// What an operator does about jobs and deliveries that failed for good.
struct DeadLetterRoutes: Sendable {
  let queue: JobQueue
  let records: RecordDesk

  var routes: [Route] {
    [Route(listing, handler: list), Route(requeueing, handler: requeue), Route(discarding, handler: discard)]
  }

  // MARK: - Handlers

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let (cursor, size) = (try call.cursor(), try call.pageSize())
    let page: Page<DeadLetter>
    do { page = try await queue.deadLetters(before: cursor, count: size) } catch { throw Problem(error) }
    let reach = try call.reach()
    // A page of one tenant's may be short before the end.
    let letters = page.elements.filter { reach.includes(named: $0.job.tenant) }
    return Reply(.ok, json: PageJSON.render(letters.map(\.json), next: page.next))
  }

  private func requeue(_ call: Call) async throws(Problem) -> Reply {
    let (id, note) = try await letter(call, "dead-letter.requeue")
    let outcome: Requeueing
    do {
      outcome = try await records.store.requeue(id) { note.entry(behind: $0, at: records.clock.now) }
    } catch { throw Problem(error) }
    switch outcome {
    case .queued: break
    case .absent: throw .jobNotFound
    case .overBudget: throw .conflict(.deadLetterIsUnpaid)
    }
    return Reply(.ok, json: ByteBuffer(string: "{\"id\":\"\(id)\",\"status\":\"queued\"}"))
  }

  private func discard(_ call: Call) async throws(Problem) -> Reply {
    let (id, note) = try await letter(call, "dead-letter.discard")
    let isThere: Bool
    do {
      isThere = try await records.store.discard(id) { note.entry(behind: $0, at: records.clock.now) }
    } catch { throw Problem(error) }
    guard isThere else { throw .jobNotFound }
    return Reply(.ok, json: ByteBuffer(string: "{\"id\":\"\(id)\",\"discarded\":true}"))
  }

  /// The job that the path names, and what the log says of it. One of a tenant that the key does not reach is as absent as one
  /// that never was.
  private func letter(_ call: Call, _ action: String) async throws(Problem) -> (JobID, AuditNote) {
    guard let id = call.anyJobID() else { throw .jobNotFound }
    let tenant: String?
    do { tenant = try await queue.tenant(of: id) } catch { throw Problem(error) }
    guard let tenant, try call.reach().includes(named: tenant) else { throw .jobNotFound }
    call.trail.isOf(id)
    return (
      id, try AuditNote(action, of: id.rawValue, by: call, before: ["tenant": .string(tenant)])
    )
  }

  // MARK: - Descriptions

  private var listing: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/dead-letters", summary: "List dead letters",
      description:
        "Jobs and deliveries that failed for good, of all tenants that the key reaches, the newest first.",
      group: "Administration", parameters: [RouteParameters.limit, RouteParameters.cursor],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of dead letters.", schema: AnswerSchema.page(of: "DeadLetter"))
      ],
      problems: [.unauthorized, .forbidden, .validation, .unavailable], access: .adminRead)
  }

  private var requeueing: RouteDescription {
    RouteDescription(
      method: .post, path: "/admin/dead-letters/{id}/requeue", summary: "Requeue a dead letter",
      description: """
        Gives it a new life: new attempts, and as much time as it had at first. What is left of a hard budget that counts it
        must pay for it, or it stays as it is.
        """,
      group: "Administration", parameters: [RouteParameters.jobID],
      responses: [
        ResponseDescription(
          status: .ok, description: "It is queued.",
          schema: [
            "type": "object", "properties": ["id": ["type": "string"], "status": ["const": "queued"]],
          ])
      ],
      problems: [.unauthorized, .forbidden, .notFound, .conflict, .unavailable, .unacknowledged],
      access: .adminOperate)
  }

  private var discarding: RouteDescription {
    RouteDescription(
      method: .delete, path: "/admin/dead-letters/{id}", summary: "Discard a dead letter",
      description: "Takes it off the list, and its request with it. Its tenant can still read how it ended.",
      group: "Administration", parameters: [RouteParameters.jobID],
      responses: [
        ResponseDescription(
          status: .ok, description: "It is off the list.",
          schema: ["type": "object", "properties": ["id": ["type": "string"], "discarded": ["const": true]]])
      ],
      problems: [.unauthorized, .forbidden, .notFound, .unavailable, .unacknowledged], access: .adminOperate)
  }
}

extension DeadLetter {
  /// As operators see it: `{"kind", "tenant", "delivers", "job"}`.
  fileprivate var json: ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("kind", job.id.kind == .request ? "request" : "delivery")
      json.member("tenant", job.tenant)
      json.member("delivers", deliveredJob?.rawValue)
      json.name("job")
      JobResource(job).write(to: &json)
    }
    return json.buffer
  }
}
