import Shared

/// Deletes a tenant. Its steps are short, and after each the rest is good for nothing or can be asked for again: where this
/// process dies, the tenant is as it was, disabled with some of its jobs cancelled, or gone with some keys left that nobody can
/// use; of these the janitor sees to it, too.
struct TenantRemoval: Sendable {
  /// How often it is looked for jobs that came in between.
  private static let mostRounds = 5

  let desk: RecordDesk
  let queue: JobQueue
  let id: TenantID
  let call: Call

  /// Goes on with what was begun before. Returns whether there was such.
  func goesOn() async throws(Problem) -> Bool {
    do {
      guard try await desk.store.isLeaving(id.rawValue) else { return false }
      try await desk.store.requireAcknowledged()
      try await desk.store.sweep(id.rawValue)
      return true
    } catch { throw Problem(error) }
  }

  /// Deletes it. Returns how many jobs were cancelled, which is done only where it is wanted: else it stays as long as there are
  /// any.
  func run(cancelling: Bool) async throws(Problem) -> Int {
    var cancelled = 0
    if cancelling { cancelled = try await cancel() }
    try await delete(cancelling: cancelling, &cancelled)
    do { try await desk.store.sweep(id.rawValue) } catch { throw Problem(error) }
    return cancelled
  }

  /// Takes no more jobs in, then cancels those that there are.
  private func cancel(isMatched: Bool = true) async throws(Problem) -> Int {
    let tenant = try await read()
    if isMatched { try EntityTag.check(call.request.headers, epoch: tenant.epoch) }
    if tenant.record.isEnabled {
      _ = try await desk.change(of: call, isMatched: isMatched, reading: read) { (old) throws(Problem) in
        var new = old.record
        (new.isEnabled, new.updatedAt) = (false, desk.clock.now)
        return (
          new, .tenant(id.rawValue, .update, json: new.json.serialized()),
          try AuditNote("tenant.update", of: id.rawValue, by: call, before: old.record.json, after: new.json)
        )
      }
    }
    return try await OpenJobs(queue: queue).cancel(of: id)
  }

  private func delete(cancelling: Bool, _ cancelled: inout Int) async throws(Problem) {
    for round in 1... {
      do {
        _ = try await desk.change(of: call, isMatched: !cancelling, reading: read) { (old) throws(Problem) in
          let note = try AuditNote("tenant.delete", of: id.rawValue, by: call, before: old.record.json)
          // Digests of its keys stay, so that nobody takes a key that was revoked for a guess.
          return (old.record, .tenant(id.rawValue, .delete), note)
        }
        return
      } catch {
        guard cancelling, round < Self.mostRounds, case .conflict(.tenantHasJobs) = error else { throw error }
      }
      cancelled += try await cancel(isMatched: false)
    }
  }

  private func read() async throws(Problem) -> RecordDesk.Found<Tenant> {
    try await desk.tenant(id, for: call)
  }
}
