import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// `GET /usage` and `GET /admin/usage`: what was used, in sums.
struct UsageRoutes: Sendable {
  let queue: JobQueue

  var routes: [Route] {
    [
      Route(ofTenant, handler: own), Route(ofAll, handler: administration),
      UsageRecordRoute(queue: queue).route,
    ]
  }

  private func own(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .forbidden(.hasNoTenant) }
    var question = try UsageQuestion(sums: call)
    guard question.filters[.tenant, default: client.tenant] == client.tenant else {
      throw Call.invalid("query", "tenant", "This route tells of the key's own tenant alone")
    }
    question.filters[.tenant] = client.tenant
    return try await answer(question, call)
  }

  private func administration(_ call: Call) async throws(Problem) -> Reply {
    var question = try UsageQuestion(sums: call)
    try question.narrow(to: call.reach())
    return try await answer(question, call)
  }

  private func answer(_ question: UsageQuestion, _ call: Call) async throws(Problem) -> Reply {
    let reach: UsageReach
    do {
      try await queue.rollUsage()
      reach = try await queue.usageReach()
    } catch { throw Problem(error) }
    guard let plan = UsagePlan(question, reach, retention: queue.retention.usage) else {
      throw Call.invalid("query", "from", "Input should be earlier than `to`, which is now if it is not said")
    }
    var rows = UsageRows(question, plan, queue: queue)
    guard question.format != .json else { return try await page(&rows) }
    return try await UsageLines(channel: call.channel, trail: call.trail).reply(rows)
  }

  /// A page as JSON, with the time that it covers and how far back what is known of it reaches.
  private func page(_ rows: inout UsageRows) async throws(Problem) -> Reply {
    let (question, plan) = (rows.question, rows.plan)
    let limit = question.limit ?? RecordPage.usual
    var shown: [UsageRow] = []
    do {
      while shown.count <= limit, let more = try await rows.next() { shown += more }
    } catch { throw Problem(error) }
    let next = shown.count > limit ? UsageRowCursor.write(shown[limit - 1].values) : nil
    var json = JSONWriter(capacity: 256 + 320 * min(shown.count, limit))
    json.object { json in
      json.name("data")
      json.array { json in for row in shown.prefix(limit) { json.write(json: row.json(question.groups)) } }
      json.member("next", next)
      json.member("from", Timestamp.format(unixMilliseconds: plan.span.lowerBound))
      json.member("to", Timestamp.format(unixMilliseconds: plan.span.upperBound))
      json.member("since", plan.since.map(Timestamp.format(unixMilliseconds:)))
    }
    return Reply(.ok, json: json.buffer)
  }
}

extension UsageQuestion {
  /// Of what a key does not reach it is told nothing.
  mutating func narrow(to reach: TenantReach) {
    guard let own = reach.tenant?.rawValue else { return }
    // A tenant of no name is nobody's.
    filters[.tenant] = filters[.tenant, default: own] == own ? own : ""
  }
}
