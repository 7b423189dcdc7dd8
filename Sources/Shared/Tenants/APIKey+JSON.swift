extension APIKey {
  private static let settable = [
    "tenant", "name", "scopes", "expires_at", "limits", "budgets", "models", "networks", "guards", "cache",
    "lane",
    "enabled", "metadata",
  ]
  /// What records show beside these and nobody sets.
  private static let shownOnly = ["id", "hint", "last_used_at", "created_at", "updated_at"]

  /// What is stored beside these, and shown to nobody but in copies.
  private static let storedOnly = ["id", "digest", "hint", "replaced", "created_at", "updated_at"]

  /// Reads what was stored. Throws where it is damaged.
  public init(stored json: JSONValue) throws(RecordFaults) {
    var reader = RecordReader(try Tenant.members(of: json), .store)
    try self.init(whole: &reader)
  }

  /// Reads a copy of what was stored, of this installation or another. Throws where it could not have been stored here.
  ///
  /// - Parameter remarks: gets what is good no more, or not here.
  public init(
    archived json: JSONValue, under rules: RecordRules, remarks: inout [RecordFault]
  ) throws(RecordFaults) {
    var reader = RecordReader(try Tenant.members(of: json), .archive(rules))
    reader.refuseOthers(than: Self.storedOnly + Self.settable)
    try self.init(whole: &reader)
    remarks += reader.remarks
  }

  private init(whole reader: inout RecordReader) throws(RecordFaults) {
    let id = reader.read("id") { (json) throws(RecordFault) in
      guard let id = json.string.flatMap(KeyID.init(rawValue:)) else { throw .value("it is no key's id") }
      return id
    }
    let tenant = reader.read("tenant", Self.tenant)
    let digest = reader.read("digest", Self.digest)
    let hint = reader.read("hint") { (json) throws(RecordFault) in try MemberRules.text(json, 1...64) }
    guard let id, let tenant, let digest, let hint else {
      reader.add(RecordFault(.missing, "id, tenant, digest or hint of a stored key is missing"))
      throw reader.faults
    }
    self.init(
      id: id, tenant: tenant, digest: digest, hint: hint, createdAt: reader.milliseconds("created_at") ?? 0)
    updatedAt = reader.milliseconds("updated_at") ?? 0
    replaced = reader.list("replaced", atMost: Self.mostReplaced, Self.replaced) ?? []
    read(&reader)
    guard reader.faults.list.isEmpty else { throw reader.faults }
  }

  /// A new one of the body of `POST /admin/keys`.
  ///
  /// - Parameter digest: of `material`, under the newest pepper.
  public init(
    creating json: JSONValue, id: KeyID, material: KeyMaterial, digest: KeyDigest, under rules: RecordRules
  ) throws(RecordFaults) {
    let members = try Tenant.members(of: json)
    var reader = RecordReader(members, .creation(rules))
    reader.refuseOthers(than: Self.settable)
    let hasTenant = members["tenant"].map { !$0.isNull } ?? false
    let tenant = hasTenant ? reader.read("tenant", Self.tenant) : rules.usualTenant
    if tenant == nil, !hasTenant {
      reader.add(RecordFault(.missing, "a key needs the id of its tenant", at: [.name("tenant")]))
    }
    self.init(
      id: id, tenant: tenant ?? .one(.default), digest: digest, hint: material.hint, createdAt: rules.now)
    read(&reader)
    guard reader.faults.list.isEmpty else { throw reader.faults }
  }

  /// The record with a JSON merge patch applied. What the patch does not name is not checked again. What nobody sets,
  /// and the tenant, may stand in it as it is.
  public func patched(by patch: JSONValue, under rules: RecordRules) throws(RecordFaults) -> APIKey {
    let changes = try Tenant.members(of: patch)
    let shown = shown(lastUsedAt: nil)
    var settable = try Tenant.members(of: shown.patched(by: .object(changes)))
    for name in Self.shownOnly {
      // `last_used_at` changes by itself, so what was read a moment ago is no attempt to set it.
      let isKept = changes[name] == nil || changes[name] == shown[name] || name == "last_used_at"
      settable[name] = isKept ? nil : changes[name]
    }
    for (name, value) in changes where value.isNull && !(Self.settable + Self.shownOnly).contains(name) {
      settable[name] = .null
    }
    var reader = RecordReader(settable, .change(rules, of: Set(changes.keys)))
    reader.refuseOthers(than: Self.settable)
    if let wanted = changes["tenant"], wanted != shown["tenant"] {
      reader.add(
        .value("a key stays with its tenant, which paid for it; make another key", at: [.name("tenant")]))
    }
    var key = APIKey(id: id, tenant: tenant, digest: digest, hint: hint, createdAt: createdAt)
    key.replaced = replaced
    key.updatedAt = rules.now
    key.read(&reader)
    guard reader.faults.list.isEmpty else { throw reader.faults }
    return key
  }

  // MARK: - Members

  private mutating func read(_ reader: inout RecordReader) {
    name = reader.name()
    readScopes(&reader)
    readExpiry(&reader)
    limits = reader.limits("limits")
    budgets = reader.budgets("budgets")
    models = reader.models()
    networks = reader.list("networks", atMost: 100, Self.network) ?? []
    guards = reader.guards()
    cache = reader.cache()
    lane = reader.lane()
    isEnabled = reader.read("enabled", MemberRules.flag) ?? true
    metadata = reader.metadata()
  }

  private mutating func readScopes(_ reader: inout RecordReader) {
    let list = reader.list("scopes", atMost: Scope.allCases.count) { (json) throws(RecordFault) -> Scope in
      try MemberRules.choice(json)
    }
    scopes = list.map { Set($0) } ?? Scope.usual
    guard reader.rules(for: "scopes") != nil || reader.rules(for: "tenant") != nil else { return }
    if list?.isEmpty == true, reader.faults.list.isEmpty {
      reader.add(
        .value("a key needs a scope; disable it where it shall do nothing", at: [.name("scopes")]))
    }
    if tenant == .all, !scopes.isDisjoint(with: Scope.usual) {
      reader.add(
        .value(
          "a key of all tenants cannot ask or read, since each request is one tenant's: name its tenant, or give it "
            + "other scopes", at: [.name("scopes")]))
    }
  }

  private mutating func readExpiry(_ reader: inout RecordReader) {
    expiresAt = reader.milliseconds("expires_at")
    if let expiresAt, let rules = reader.rules(for: "expires_at"), expiresAt <= rules.now {
      reader.addHere(
        .value(
          "it is in the past: here it is \(Timestamp.format(unixMilliseconds: rules.now))",
          at: [.name("expires_at")]))
    }
  }

  private static func tenant(_ json: JSONValue) throws(RecordFault) -> TenantReach {
    guard case .string(let text) = json else {
      throw RecordFault(.notText, "it must be a tenant's id, or * for all")
    }
    guard let tenant = TenantReach(parsing: text) else {
      throw .value("\(ClientText.quoted(text)) is no tenant's id, which is \(TenantID.rule)")
    }
    return tenant
  }

  private static func network(_ json: JSONValue) throws(RecordFault) -> ClientNetwork {
    let text = try MemberRules.text(json, 1...64)
    guard let network = ClientNetwork(parsing: text) else {
      throw .value(
        "\(ClientText.quoted(text)) is no network; write such as \"10.0.0.0/8\", \"2001:db8::/32\" or an address"
      )
    }
    return network
  }

  private static func digest(_ json: JSONValue) throws(RecordFault) -> KeyDigest {
    guard let digest = json.string.flatMap(KeyDigest.init(hex:)) else { throw .value("it is no digest") }
    return digest
  }

  private static func replaced(_ json: JSONValue) throws(RecordFault) -> Replaced {
    guard let digest = json["digest"], let end = json["good_until"] else {
      throw RecordFault(.missing, "a replaced key needs digest and good_until")
    }
    return Replaced(digest: try self.digest(digest), goodUntil: try MemberRules.time(end))
  }
}

// MARK: - Writing

extension APIKey {
  /// As it is shown: without a digest. `lastUsedAt` is in Unix milliseconds.
  public func shown(lastUsedAt: Int64?) -> JSONValue {
    var members = members
    members["last_used_at"] = lastUsedAt.json
    return .object(members)
  }

  /// As it is stored.
  public var stored: JSONValue {
    var members = members
    members["digest"] = .string(digest.description)
    if !replaced.isEmpty {
      members["replaced"] = .array(
        replaced.map {
          ["digest": .string($0.digest.description), "good_until": Int64?.some($0.goodUntil).json]
        })
    }
    return .object(members)
  }

  private var members: JSONObject {
    [
      "id": .string(id.rawValue), "tenant": .string(tenant.description),
      "name": name.map(JSONValue.string) ?? .null,
      "scopes": .array(scopes.sorted().map { .string($0.rawValue) }), "expires_at": expiresAt.json,
      "limits": .array(limits.map(\.json)), "budgets": .array(budgets.map(\.json)), "models": models.json,
      "networks": .array(networks.map { .string($0.text) }), "guards": .array(guards.map(JSONValue.string)),
      "cache": cache.map { .string($0.description) } ?? .null, "lane": lane.json, "enabled": .bool(isEnabled),
      "metadata": .object(metadata), "hint": .string(hint),
      "created_at": Int64?.some(createdAt).json, "updated_at": Int64?.some(updatedAt).json,
    ]
  }
}

extension Int64? {
  /// A time in Unix milliseconds.
  fileprivate var json: JSONValue { map { .string(Timestamp.format(unixMilliseconds: $0)) } ?? .null }
}
