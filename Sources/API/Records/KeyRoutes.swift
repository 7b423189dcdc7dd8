import HTTPTypes
import Shared

/// `/admin/keys`: keys of tenants and of administrators.
struct KeyRoutes: Sendable {
  let desk: RecordDesk
  let bodies: BodyReader
  /// Nil where no keys can be stored.
  let peppers: KeyPeppers?

  var routes: [Route] {
    [
      Route(creation, handler: create), Route(listing, handler: list), Route(reading, handler: read),
      Route(change, handler: update), Route(deletion, handler: delete), Route(rotation, handler: rotate),
    ]
  }

  // MARK: - Making

  private func create(_ call: Call) async throws(Problem) -> Reply {
    let body = try await bodies.json(of: call)
    let (rules, material) = (try desk.rules(for: call), KeyMaterial())
    let digest = try digest(of: material)
    let key: APIKey
    do {
      key = try APIKey(
        creating: body, id: KeyID(unixMilliseconds: rules.now), material: material, digest: digest,
        under: rules)
    } catch { throw Problem(error) }
    try await check(key, by: call)
    let shown = key.shown(lastUsedAt: nil)
    let note = try AuditNote("key.create", of: key.id.rawValue, by: call, after: shown)
    let epoch = try await desk.make(
      .key(
        key.id.rawValue, of: key.tenant.description, .create, json: key.stored.serialized(),
        newDigests: [digest.description]), noting: note, isAddition: true)
    return .record(
      Self.with(material, shown), epoch: epoch, .created, at: "/admin/keys/\(key.id)")
  }

  private func rotate(_ call: Call) async throws(Problem) -> Reply {
    let id = try call.keyID()
    let overlap = try await overlap(call)
    let (now, material) = (desk.clock.now, KeyMaterial())
    let digest = try digest(of: material)
    let key = try await desk.change(
      of: call, isAddition: true,
      reading: { () async throws(Problem) in try await desk.key(id, for: call) }
    ) { (old) async throws(Problem) in
      if overlap > .zero, let end = old.record.roomForOverlap(at: now) {
        throw .conflict(.keysOverlap(id, until: end))
      }
      let new = old.record.rotated(to: digest, hint: material.hint, at: now, overlap: overlap)
      // Else one could make a key of another's that can do more into one's own.
      try await check(new, by: call)
      // The digests of keys that are replaced stay, so that nobody takes such a key for a guess.
      let change = AccessChange.key(
        id.rawValue, of: new.tenant.description, .update, json: new.stored.serialized(),
        newDigests: [digest.description])
      return (new, change, try Self.note("key.rotate", old.record, new, call))
    }
    let shown = key.record.shown(lastUsedAt: key.lastUsedAt)
    return .record(Self.with(material, shown), epoch: key.epoch)
  }

  /// How long the old key stays good. A request without a body says nothing of it.
  private func overlap(_ call: Call) async throws(Problem) -> Duration {
    let headers = call.request.headers
    let isEmpty = headers[.transferEncoding] == nil && ["0", nil].contains(headers[.contentLength])
    return isEmpty ? .zero : try await bodies.read(call, as: RotationBody.schema).overlap
  }

  private func digest(of material: KeyMaterial) throws(Problem) -> KeyDigest {
    guard let peppers else { throw .conflict(.pepperIsMissing) }
    return peppers.digest(of: material)
  }

  /// The record with the key, which is shown this once.
  private static func with(_ material: KeyMaterial, _ record: JSONValue) -> JSONValue {
    var members = record.object ?? [:]
    members["key"] = .string(material.secret.reveal())
    return .object(members)
  }

  /// Throws ``Problem`` where the caller may not give such a key, or its tenant does not let it be.
  private func check(_ key: APIKey, before old: APIKey? = nil, by call: Call) async throws(Problem) {
    let beyond = try call.administrator().grantor.beyond(key, before: old)
    guard beyond.isEmpty else { throw .beyondGrant(RecordFaults(beyond)) }
    guard let id = key.tenant.tenant else { return }
    guard let tenant = try await desk.tenant(id) else {
      throw Problem(RecordFaults([RecordDesk.noTenant]))
    }
    let faults = key.beyond(tenant.record)
    guard faults.isEmpty else { throw Problem(RecordFaults(faults)) }
  }

  // MARK: - Reading

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let size = try call.recordPageSize()
    let cursor = try call.recordCursor { KeyID(rawValue: $0) != nil }
    let index = try index(call)
    var keys: [JSONValue] = []
    let next: String?
    do {
      let page = try await desk.store.list(index, after: cursor, count: size)
      for record in page.records {
        if let key = try record.key() { keys.append(key.shown(lastUsedAt: record.lastUsedAt)) }
      }
      next = page.hasMore ? page.records.last?.id : nil
    } catch { throw Problem(error) }
    return RecordPage.reply(keys, next: next)
  }

  /// Which keys are listed; throws ``Problem/recordNotFound(_:)`` for those of a tenant that the caller does not reach.
  private func index(_ call: Call) throws(Problem) -> AccessIndex {
    let reach = try call.reach()
    guard let text = call.query("tenant") else {
      return reach == .all ? .keys : .keysOf(tenant: reach.description)
    }
    guard let wanted = TenantReach(parsing: text) else {
      throw Call.invalid("query", "tenant", "Input should be a tenant's id, or * for keys of all tenants")
    }
    guard reach == .all || reach == wanted else { throw .recordNotFound("tenant \(wanted)") }
    return .keysOf(tenant: wanted.description)
  }

  private func read(_ call: Call) async throws(Problem) -> Reply {
    let key = try await desk.key(try call.keyID(), for: call)
    return .record(key.record.shown(lastUsedAt: key.lastUsedAt), epoch: key.epoch)
  }

  // MARK: - Changing

  private func update(_ call: Call) async throws(Problem) -> Reply {
    let id = try call.keyID()
    let patch = try await bodies.json(of: call)
    let rules = try desk.rules(for: call)
    let key = try await desk.change(
      of: call, reading: { () async throws(Problem) in try await desk.key(id, for: call) }
    ) { (old) async throws(Problem) in
      let new = try Self.patched(old.record, patch, rules)
      // Who may delete a key may disable it, whatever it may do.
      if !Self.onlyDisables(patch) { try await check(new, before: old.record, by: call) }
      var change = AccessChange.key(
        id.rawValue, of: new.tenant.description, .update, json: new.stored.serialized())
      change.changesBudgets = new.budgets != old.record.budgets
      change.changeLimits(from: old.record.limits, to: new.limits)
      return (new, change, try Self.note("key.update", old.record, new, call))
    }
    return .record(key.record.shown(lastUsedAt: key.lastUsedAt), epoch: key.epoch)
  }

  private static func onlyDisables(_ patch: JSONValue) -> Bool { patch == ["enabled": false] }

  private static func patched(
    _ key: APIKey, _ patch: JSONValue, _ rules: RecordRules
  ) throws(Problem) -> APIKey {
    do { return try key.patched(by: patch, under: rules) } catch { throw Problem(error) }
  }

  private static func note(
    _ action: String, _ old: APIKey, _ new: APIKey, _ call: Call
  ) throws(Problem) -> AuditNote {
    try AuditNote(
      action, of: new.id.rawValue, by: call, before: old.shown(lastUsedAt: nil),
      after: new.shown(lastUsedAt: nil))
  }

  private func delete(_ call: Call) async throws(Problem) -> Reply {
    let id = try call.keyID()
    do {
      _ = try await desk.change(
        of: call, reading: { () async throws(Problem) in try await desk.key(id, for: call) }
      ) { (old) async throws(Problem) in
        let note = try AuditNote(
          "key.delete", of: id.rawValue, by: call, before: old.record.shown(lastUsedAt: nil))
        return (old.record, .key(id.rawValue, of: old.record.tenant.description, .delete), note)
      }
    } catch { throw await desk.confirmed(error) }
    return Reply(.noContent, content: .whole(.init()), headers: [:])
  }
}

extension Call {
  /// The key that the path names. What is no id is answered like one that does not exist.
  func keyID() throws(Problem) -> KeyID {
    let name = parameters["id"] ?? ""
    guard let id = KeyID(rawValue: name) else { throw .recordNotFound("key \"\(name.prefix(64))\"") }
    return id
  }
}
