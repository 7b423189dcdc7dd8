import HTTPTypes
import NIOCore
import Shared

/// `GET /admin/usage`: the outbox from which an operator bills.
struct UsageRoute: Sendable {
  let queue: JobQueue

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/admin/usage", summary: "Read the usage records",
        description: """
          One record for each job that has ended, written in the step that ended it, the oldest first. Read on \
          with the `next_cursor` of the page before; the newest million or so are kept.
          """,
        group: "Administration",
        parameters: [
          RouteParameters.limit,
          ParameterDescription(
            name: "cursor", location: .query, schema: ["type": "string"],
            description: "The record after which to go on."),
        ],
        responses: [
          ResponseDescription(
            status: .ok, description: "A page of records.", schema: AnswerSchema.page(of: "UsageRecord"))
        ],
        problems: [.unauthorized, .forbidden, .validation, .unavailable], access: .adminRead), handler: list)
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let cursor = call.query("cursor")
    if let cursor, !Self.isRecordID(cursor) {
      throw Call.invalid("query", "cursor", "Input should be the `next_cursor` of a page")
    }
    let size = try call.pageSize()
    let records: [UsageRecord]
    do { records = try await queue.usage(after: cursor, count: size) } catch { throw Problem(error) }
    // New records come at the end, so the last page has a cursor, too.
    let reach = try call.reach()
    let page = records.filter { reach.includes(named: $0.tenant) }.map(\.json)
    return Reply(.ok, json: PageJSON.render(page, next: records.last?.id ?? cursor))
  }

  /// Milliseconds and a number, as Redis numbers the entries of a stream.
  private static func isRecordID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { (1...20).contains($0.count) && UInt64($0) != nil }
  }
}

extension UsageRecord {
  fileprivate var json: ByteBuffer {
    var json = JSONWriter(capacity: 384)
    json.object { json in
      json.member("id", id)
      json.member("job", job.rawValue)
      json.member("tenant", tenant)
      json.member("status", state.rawValue)
      json.member("provider", provider)
      json.member("model", model)
      json.member("provider_key", providerKey?.description)
      json.member("prompt_tokens", Int64(usage.promptTokens))
      json.member("completion_tokens", Int64(usage.completionTokens))
      json.name("cost_usd")
      cost.write(to: &json)
      json.member("attempts", Int64(attempts))
      json.member("requeued", Int64(requeued))
    }
    return json.buffer
  }
}
