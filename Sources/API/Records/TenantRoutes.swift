import HTTPTypes
import Shared

/// `/admin/tenants`: who asks here, and how much.
struct TenantRoutes: Sendable {
  let desk: RecordDesk
  let bodies: BodyReader
  let queue: JobQueue

  var routes: [Route] {
    [
      Route(creation, handler: create), Route(listing, handler: list), Route(reading, handler: read),
      Route(change, handler: update), Route(deletion, handler: delete),
    ]
  }

  private func create(_ call: Call) async throws(Problem) -> Reply {
    try Self.refuseOfOne(call, "makes no tenants")
    let body = try await bodies.json(of: call)
    let rules = try desk.rules(for: call)
    let tenant: Tenant
    do { tenant = try Tenant(creating: body, under: rules) } catch { throw Problem(error) }
    let beyond = try call.administrator().grantor.beyond(tenant, before: nil)
    guard beyond.isEmpty else { throw .beyondGrant(RecordFaults(beyond)) }
    let note = try AuditNote("tenant.create", of: tenant.id.rawValue, by: call, after: tenant.json)
    // One that is there always may not have been stored yet.
    if tenant.id == .default { throw .conflict(.exists(tenant.id.rawValue)) }
    let epoch = try await desk.make(
      .tenant(tenant.id.rawValue, .create, json: tenant.json.serialized()), noting: note)
    return .record(tenant.json, epoch: epoch, .created, at: "/admin/tenants/\(tenant.id)")
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let size = try call.recordPageSize()
    let cursor = try call.recordCursor { TenantID(rawValue: $0) != nil }
    if let own = try call.reach().tenant {
      let tenant = try await desk.tenant(own, for: call).record.json
      return RecordPage.reply(cursor == nil ? [tenant] : [], next: nil)
    }
    var tenants: [Tenant] = []
    let hasMore: Bool
    do {
      let page = try await desk.store.list(.tenants, after: cursor, count: size)
      for record in page.records { if let tenant = try record.tenant() { tenants.append(tenant) } }
      hasMore = page.hasMore
    } catch { throw Problem(error) }
    var isCut = hasMore
    if try await lacksDefault(tenants, from: cursor, hasMore) {
      tenants.append(Tenant(id: .default))
      tenants.sort { $0.id < $1.id }
      if tenants.count > size {
        tenants.removeLast()
        isCut = true
      }
    }
    return RecordPage.reply(tenants.map(\.json), next: isCut ? tenants.last?.id.rawValue : nil)
  }

  /// Whether the page is that on which `default` stands, which was never stored.
  private func lacksDefault(
    _ page: [Tenant], from cursor: String?, _ hasMore: Bool
  ) async throws(Problem) -> Bool {
    let own = TenantID.default
    guard cursor.map({ $0 < own.rawValue }) ?? true, !page.contains(where: { $0.id == own }) else {
      return false
    }
    if hasMore, let last = page.last, last.id < own { return false }
    return try await desk.tenant(own)?.epoch == 0
  }

  private func read(_ call: Call) async throws(Problem) -> Reply {
    let tenant = try await desk.tenant(try call.tenantID(), for: call)
    let bounds = AccessPolicy(service: tenant.record).everyBound(user: nil, at: desk.clock.now)
    guard case .object(var members) = tenant.record.json else { throw .internalError }
    do {
      members["left"] = LimitsJSON.render(
        bounds, try await queue.standing(of: bounds), at: desk.clock.now)
    } catch { throw Problem(error) }
    return .record(.object(members), epoch: tenant.epoch)
  }

  private func update(_ call: Call) async throws(Problem) -> Reply {
    let id = try call.tenantID()
    let patch = try await bodies.json(of: call)
    let (rules, grantor) = (try desk.rules(for: call), try call.administrator().grantor)
    let tenant = try await desk.change(
      of: call, reading: { () async throws(Problem) in try await desk.tenant(id, for: call) }
    ) { (old) async throws(Problem) in
      let new = try Self.patched(old.record, patch, rules)
      let faults = grantor.beyond(new, before: old.record)
      guard faults.isEmpty else { throw .beyondGrant(RecordFaults(faults)) }
      var change = AccessChange.tenant(id.rawValue, .update, json: new.json.serialized())
      change.changesBudgets = new.budgets != old.record.budgets || new.userBudgets != old.record.userBudgets
      change.changeLimits(from: old.record.limits, to: new.limits)
      return (
        new, change,
        try AuditNote(
          "tenant.update", of: id.rawValue, by: call, before: old.record.json, after: new.json)
      )
    }
    return .record(tenant.record.json, epoch: tenant.epoch)
  }

  private static func patched(
    _ tenant: Tenant, _ patch: JSONValue, _ rules: RecordRules
  ) throws(Problem) -> Tenant {
    do { return try tenant.patched(by: patch, under: rules) } catch { throw Problem(error) }
  }

  private func delete(_ call: Call) async throws(Problem) -> Reply {
    let id = try call.tenantID()
    let isForced = try call.flag("force")
    let removal = TenantRemoval(desk: desk, queue: queue, id: id, call: call)
    if try call.reach() == .all, try await removal.goesOn() { return Self.deleted(id, 0, isForced) }
    do { _ = try await desk.tenant(id, for: call) } catch { throw await desk.confirmed(error) }
    try Self.refuseOfOne(call, "deletes no tenants")
    guard id != .default else { throw .conflict(.tenantStays(id)) }
    return Self.deleted(id, try await removal.run(cancelling: isForced), isForced)
  }

  private static func deleted(_ id: TenantID, _ cancelled: Int, _ isForced: Bool) -> Reply {
    guard isForced else { return Reply(.noContent, content: .whole(.init()), headers: [:]) }
    let json: JSONValue = ["id": .string(id.rawValue), "cancelled_jobs": .integer(Int64(cancelled))]
    return Reply(.ok, json: json.serialized())
  }

  private static func refuseOfOne(_ call: Call, _ what: String) throws(Problem) {
    guard try call.reach() != .all else { return }
    throw .beyondGrant(RecordFaults([RecordFault(.value, "a key of one tenant \(what)", at: [.name("id")])]))
  }
}

extension Call {
  /// The tenant that the path names. What is no id is answered like one that does not exist.
  func tenantID() throws(Problem) -> TenantID {
    let name = parameters["id"] ?? ""
    guard let id = TenantID(rawValue: name) else {
      throw .recordNotFound("tenant \"\(name.prefix(64))\"")
    }
    return id
  }
}
