import NIOCore
import Shared

/// Reads and changes the records of tenants and keys for administrators, each change with its entry in the log.
struct RecordDesk: Sendable {
  /// How often a change is tried while others change the same record.
  private static let mostTries = 10

  /// A record as it was at an epoch.
  struct Found<Record: Sendable>: Sendable {
    let record: Record
    let epoch: Int
    /// Of a key (Unix milliseconds).
    var lastUsedAt: Int64?
  }

  let store: AccessStore
  let catalogs: CatalogSource
  let callbacks: CallbackPolicy
  let clock: RedisClock

  /// What records are checked against that a caller sends.
  func rules(for call: Call) throws(Problem) -> RecordRules {
    let (catalog, callbacks, reach) = (catalogs.current, callbacks, try call.reach())
    return RecordRules(
      now: clock.now, knowsModel: catalog.knows, providers: catalog.providers.map(\.name), guards: [],
      webhookFault: { url in
        do throws(CallbackURLError) {
          _ = try CallbackURL(url, under: callbacks)
          return nil
        } catch { return error.description }
      },
      webhookEvents: Notice.Kind.allCases.map(\.event) + ResponseNotice.End.allCases.map(\.event),
      usualTenant: reach == .all ? nil : reach)
  }

  // MARK: - Reading

  /// A tenant that the caller reaches; throws ``Problem/recordNotFound(_:)`` for any other.
  func tenant(_ id: TenantID, for call: Call) async throws(Problem) -> Found<Tenant> {
    guard try call.reach().includes(id), let found = try await tenant(id) else {
      throw .recordNotFound("tenant \(id)")
    }
    return found
  }

  /// Nil where there is none; ``TenantID/default`` is there always.
  func tenant(_ id: TenantID) async throws(Problem) -> Found<Tenant>? {
    do {
      let stored = try await store.records(tenant: id.rawValue, key: "").tenant
      let tenant = try stored.tenant() ?? (id == .default ? Tenant(id: id) : nil)
      return tenant.map { Found(record: $0, epoch: stored.epoch) }
    } catch { throw Problem(error) }
  }

  /// A key that the caller reaches; throws ``Problem/recordNotFound(_:)`` for any other.
  func key(_ id: KeyID, for call: Call) async throws(Problem) -> Found<APIKey> {
    let reach = try call.reach()
    do {
      // Lists tell when a key was used. Ids sort by their bytes, so those that share all but the last come first.
      let page = try await store.list(.keys, after: String(id.rawValue.dropLast()), count: 32)
      if let stored = page.records.first(where: { $0.id == id.rawValue }), let key = try stored.key(),
        reach == .all || key.tenant == reach
      {
        return Found(record: key, epoch: stored.epoch, lastUsedAt: stored.lastUsedAt)
      }
    } catch { throw Problem(error) }
    throw .recordNotFound("key \(id)")
  }

  // MARK: - Changing

  /// Makes one change. Returns the record's epoch; throws ``Problem`` where something speaks against the change.
  ///
  /// - Parameter isAddition: whether it would do more if it were repeated.
  func make(
    _ change: AccessChange, noting note: AuditNote, isAddition: Bool = false
  ) async throws(Problem) -> Int {
    try Self.epoch(try await attempt(change, noting: note, isAddition: isAddition), of: note)
  }

  /// Changes a record as it is: reads it anew where another was faster, unless `If-Match` says which version is meant.
  ///
  /// - Parameters:
  ///   - isMatched: false where `If-Match` was looked at before, by another step of the same request.
  ///   - isAddition: whether it would do more if it were repeated.
  func change<Record>(
    of call: Call, isMatched: Bool = true, isAddition: Bool = false,
    reading read: () async throws(Problem) -> Found<Record>,
    _ change: (Found<Record>) async throws(Problem) -> (Record, AccessChange, AuditNote)
  ) async throws(Problem) -> Found<Record> {
    for _ in 0..<Self.mostTries {
      let found = try await read()
      if isMatched { try EntityTag.check(call.request.headers, epoch: found.epoch) }
      let (record, wanted, note) = try await change(found)
      var exact = wanted
      exact.expected = found.epoch
      let outcome = try await attempt(exact, noting: note, isAddition: isAddition)
      if case .conflict = outcome { continue }
      return Found(
        record: record, epoch: try Self.epoch(outcome, of: note), lastUsedAt: found.lastUsedAt)
    }
    throw .conflict(.recordIsContested)
  }

  /// Why a deletion did not happen: that there is nothing to delete only once replicas know it, too. Who asks again where a
  /// deletion was not acknowledged learns whether it is now.
  func confirmed(_ problem: Problem) async -> Problem {
    guard case .recordNotFound = problem else { return problem }
    do throws(QueueError) { try await store.requireAcknowledged() } catch { return Problem(error) }
    return problem
  }

  private func attempt(
    _ change: AccessChange, noting note: AuditNote, isAddition: Bool
  ) async throws(Problem) -> AccessOutcome {
    let clock = clock
    do {
      return try await store.change(change) { previous in note.entry(behind: previous, at: clock.now) }
    } catch { throw isAddition ? .adding(error) : Problem(error) }
  }

  private static func epoch(_ outcome: AccessOutcome, of note: AuditNote) throws(Problem) -> Int {
    switch outcome {
    case .done(let epoch): return epoch
    case .exists: throw .conflict(.exists(note.target))
    case .absent: throw .recordNotFound("record \(note.target)")
    case .tenantIsAbsent: throw Problem(RecordFaults([noTenant]))
    case .conflict: throw .conflict(.recordIsContested)
    case .hasOpenJobs(let jobs): throw .conflict(.tenantHasJobs(note.target, jobs))
    }
  }

  /// A key's tenant is not there.
  static let noTenant = RecordFault(.value, "there is no such tenant", at: [.name("tenant")])
}
