import Shared

/// Finds out what an import does, before it does anything: all that speaks against it is said at once.
struct TransferPlan {
  let desk: RecordDesk
  let body: TransferBody
  let call: Call

  func steps() async throws(Problem) -> [TransferStep] {
    var faults: [RecordFault] = []
    var steps: [TransferStep] = []
    var names: Set<String> = []
    for (index, entry) in body.entries.enumerated() {
      var step: TransferStep
      var found: [RecordFault] = []
      switch entry {
      case .tenant(let tenant):
        let there = try await self.tenant(tenant.id)
        step = self.step(entry, there.map { (.tenant($0.record), $0.epoch) })
        found = try call.administrator().grantor.beyond(tenant, before: there?.record)
      case .key(let key):
        let there: RecordDesk.Found<APIKey>? = try await self.key(key.id)
        step = self.step(entry, there.map { (.key($0.record), $0.epoch) })
        found = try await self.faults(of: key, there?.record)
      }
      found += Self.repeated(entry, &names)
      step.remarks = body.remarks[index]
      steps.append(step)
      guard step.outcome != .kept else { continue }
      faults += found.map {
        RecordFault($0.kind, $0.sentence, at: [.name("data"), .index(index), .name("record")] + $0.place)
      }
    }
    guard faults.isEmpty else { throw Problem(RecordFaults(faults)) }
    return steps
  }

  // MARK: - What is there

  private func tenant(_ id: TenantID) async throws(Problem) -> RecordDesk.Found<Tenant>? {
    let found = try await desk.tenant(id)
    // One that is there always may not have been stored yet.
    return found?.epoch == 0 ? nil : found
  }

  private func step(_ entry: TransferEntry, _ there: (TransferEntry, epoch: Int)?) -> TransferStep {
    guard let (old, epoch) = there else {
      return TransferStep(entry: entry, outcome: .created, epoch: 0, before: nil)
    }
    let isKept = !body.replaces || old == entry
    return TransferStep(
      entry: entry, outcome: isKept ? .kept : .replaced, epoch: epoch, before: old.shown)
  }

  private func key(_ id: KeyID) async throws(Problem) -> RecordDesk.Found<APIKey>? {
    do {
      let stored = try await desk.store.records(tenant: "", key: id.rawValue).key
      return try stored.key().map { RecordDesk.Found(record: $0, epoch: stored.epoch) }
    } catch { throw Problem(error) }
  }

  // MARK: - What speaks against it

  /// What of an entry's names stands in one before it, too; `names` are those that were met.
  private static func repeated(_ entry: TransferEntry, _ names: inout Set<String>) -> [RecordFault] {
    let own: [(name: String, member: String)] =
      switch entry {
      case .tenant(let tenant): [("tenant \(tenant.id)", "id")]
      case .key(let key): [(key.id.rawValue, "id")] + key.digests.map { ($0.description, "digest") }
      }
    return own.compactMap { name, member in
      names.insert(name).inserted
        ? nil : RecordFault(.value, "another record of these has the same", at: [.name(member)])
    }
  }

  private func faults(of key: APIKey, _ old: APIKey?) async throws(Problem) -> [RecordFault] {
    var faults = try call.administrator().grantor.beyond(key)
    if let old, old.tenant != key.tenant {
      faults.append(
        RecordFault(.value, "the key of this id is one of tenant \(old.tenant) here", at: [.name("tenant")]))
    }
    if try await !hasTenant(key) { faults.append(RecordDesk.noTenant) }
    for digest in key.digests {
      let owner: (tenant: String, key: String)?
      do { owner = try await desk.store.owner(of: digest.description) } catch { throw Problem(error) }
      guard let owner, owner != (key.tenant.description, key.id.rawValue) else { continue }
      faults.append(
        RecordFault(.value, "it is the digest of the key \(owner.key) here", at: [.name("digest")]))
    }
    return faults
  }

  /// Whether its tenant is there, or comes with it.
  private func hasTenant(_ key: APIKey) async throws(Problem) -> Bool {
    // Of a dry run the tenants came in an earlier request, and were not made.
    guard let id = key.tenant.tenant, !body.isDryRun else { return true }
    let comes = body.entries.contains { if case .tenant(let tenant) = $0 { tenant.id == id } else { false } }
    if comes { return true }
    return try await desk.tenant(id) != nil
  }
}
