import Shared

/// `GET /admin/usage/records`: the outbox from which an operator bills.
struct UsageRecordRoute: Sendable {
  let queue: JobQueue

  /// Before all records.
  private static let beginning = "0-0"

  var route: Route { Route(description, handler: list) }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    var question = try UsageQuestion(records: call)
    try question.narrow(to: call.reach())
    let cursor = call.query("cursor")
    if let cursor, !Self.isRecordID(cursor) {
      throw Call.invalid("query", "cursor", "Input should be the `next` of a page, or a record's `id`")
    }
    if question.format == .json { question.limit = question.limit ?? RecordPage.usual }
    var pages = UsageRecordPages(question, after: cursor, queue: queue)
    guard question.format == .json else {
      return try await UsageLines(channel: call.channel, trail: call.trail).reply(pages, question.format)
    }
    let records: [UsageRecord]
    do { records = try await pages.page() } catch { throw Problem(error) }
    // New records come at the end, so the last page has a cursor, too.
    return Reply(.ok, json: PageJSON.render(records.map(\.json), next: pages.cursor ?? Self.beginning))
  }

  /// Milliseconds and a number, as Redis numbers the entries of a stream.
  private static func isRecordID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { (1...20).contains($0.count) && UInt64($0) != nil }
  }
}
