import HTTPTypes
import Shared

/// `/admin/export` and `/admin/import`: tenants and keys on their way from one installation to another, or to a backup. Keys go
/// as their digests.
struct TransferRoutes: Sendable {
  let desk: RecordDesk
  let bodies: BodyReader
  /// Nil where no keys can be stored.
  let peppers: KeyPeppers?

  var routes: [Route] { [Route(exporting, handler: export), Route(importing, handler: bring)] }

  /// Throws ``Problem`` for who does not reach all tenants.
  private static func check(_ call: Call) throws(Problem) {
    guard try call.reach() != .all else { return }
    let sentence = "a key of one tenant moves no tenants and keys"
    throw .beyondGrant(RecordFaults([RecordFault(.value, sentence, at: [.name("tenant")])]))
  }

  // MARK: - Export

  private func export(_ call: Call) async throws(Problem) -> Reply {
    try Self.check(call)
    let size = try call.recordPageSize()
    let text = try call.recordCursor { TransferCursor(parsing: $0) != nil }
    // Nobody takes digests unseen.
    _ = try await desk.make(.note, noting: try AuditNote("records.export", of: "*", by: call))
    let (entries, next) = try await page(text.flatMap(TransferCursor.init) ?? .tenants(after: nil), size)
    let json: JSONValue = [
      "peppers": .array((peppers?.fingerprints ?? []).map(JSONValue.string)),
      "data": .array(entries.map(\.json)), "next": next.map { .string($0.description) } ?? .null,
    ]
    var reply = Reply(.ok, json: json.serialized())
    reply.headers[.cacheControl] = "no-store"
    return reply
  }

  /// Tenants first, so that none of the keys lacks its tenant.
  private func page(
    _ cursor: TransferCursor, _ size: Int
  ) async throws(Problem) -> (entries: [TransferEntry], next: TransferCursor?) {
    do {
      let page = try await desk.store.list(cursor.index, after: cursor.id, count: size)
      var entries: [TransferEntry] = []
      for record in page.records {
        switch cursor {
        case .tenants: if let tenant = try record.tenant() { entries.append(.tenant(tenant)) }
        case .keys: if let key = try record.key() { entries.append(.key(key)) }
        }
      }
      return (entries, page.hasMore ? page.records.last.map { cursor.behind($0.id) } : cursor.following)
    } catch { throw Problem(error) }
  }

  // MARK: - Import

  private func bring(_ call: Call) async throws(Problem) -> Reply {
    try Self.check(call)
    let body: TransferBody
    let (json, rules) = (try await bodies.json(of: call), try desk.rules(for: call))
    do { body = try TransferBody(parsing: json, under: rules) } catch { throw Problem(error) }
    try checkPeppers(body)
    let steps = try await TransferPlan(desk: desk, body: body, call: call).steps()
    if !body.isDryRun {
      for step in steps { try await make(step, call) }
    }
    return Reply(.ok, json: JSONValue.object(["data": .array(steps.map(\.json))]).serialized())
  }

  private func checkPeppers(_ body: TransferBody) throws(Problem) {
    guard body.entries.contains(where: \.isKey) else { return }
    guard let peppers else { throw .conflict(.pepperIsMissing) }
    let isKnown = !body.peppers.isEmpty && Set(body.peppers).isSubset(of: peppers.fingerprints)
    guard isKnown else { throw .conflict(.pepperDiffers) }
  }

  private func make(_ step: TransferStep, _ call: Call) async throws(Problem) {
    guard step.outcome != .kept else { return }
    let verb = step.outcome == .created ? AccessChange.Verb.create : .update
    let kind = step.entry.isKey ? "key" : "tenant"
    let note = try AuditNote(
      "\(kind).import", of: step.entry.id, by: call, before: step.before, after: step.entry.shown)
    var change = step.entry.change(verb)
    change.expected = step.outcome == .replaced ? step.epoch : nil
    change.changesBudgets = step.changesBudgets
    if step.outcome == .replaced {
      change.changeLimits(
        from: TransferStep.limits(of: step.before), to: TransferStep.limits(of: step.entry.shown))
    }
    _ = try await desk.make(change, noting: note)
  }
}
