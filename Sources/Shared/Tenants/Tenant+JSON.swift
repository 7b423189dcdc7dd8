extension Tenant {
  private static let settable = [
    "name", "enabled", "limits", "budgets", "user_limits", "user_budgets", "models", "lane", "weight",
    "cache",
    "timezone", "unpriced", "on_budget", "provider_keys", "retention", "guards", "webhooks", "metadata",
  ]

  /// What records show beside these and nobody sets.
  private static let shownOnly = ["id", "created_at", "updated_at"]

  /// Reads what was stored. Throws where it is damaged.
  public init(stored json: JSONValue) throws(RecordFaults) {
    var reader = RecordReader(try Self.members(of: json), .store)
    try self.init(whole: &reader)
  }

  /// Reads a copy of what was stored, of this installation or another. Throws where it could not have been stored here.
  ///
  /// - Parameter remarks: gets what is good no more, or not here.
  public init(
    archived json: JSONValue, under rules: RecordRules, remarks: inout [RecordFault]
  ) throws(RecordFaults) {
    var reader = RecordReader(try Self.members(of: json), .archive(rules))
    reader.refuseOthers(than: Self.shownOnly + Self.settable)
    try self.init(whole: &reader)
    remarks += reader.remarks
  }

  private init(whole reader: inout RecordReader) throws(RecordFaults) {
    guard let id = reader.read("id", Self.id) else {
      reader.add(RecordFault(.missing, "the id is missing", at: [.name("id")]))
      throw reader.faults
    }
    self.init(id: id)
    read(&reader)
    createdAt = reader.milliseconds("created_at") ?? 0
    updatedAt = reader.milliseconds("updated_at") ?? 0
    guard reader.faults.list.isEmpty else { throw reader.faults }
  }

  /// A new one of the body of `POST /admin/tenants`.
  public init(creating json: JSONValue, under rules: RecordRules) throws(RecordFaults) {
    let members = try Self.members(of: json)
    var reader = RecordReader(members, .creation(rules))
    reader.refuseOthers(than: ["id"] + Self.settable)
    let id = reader.read("id", Self.id)
    if members["id"] == nil || members["id"]?.isNull == true {
      reader.add(RecordFault(.missing, "a tenant needs an id of \(TenantID.rule)", at: [.name("id")]))
    }
    self.init(id: id ?? .default)
    read(&reader)
    createdAt = rules.now
    updatedAt = rules.now
    guard reader.faults.list.isEmpty else { throw reader.faults }
  }

  /// The record with a JSON merge patch applied. What the patch does not name is not checked again. What cannot be
  /// changed may stand in it as it is.
  public func patched(by patch: JSONValue, under rules: RecordRules) throws(RecordFaults) -> Tenant {
    let changes = try Self.members(of: patch)
    let shown = json
    let kept = Self.shownOnly.filter { changes[$0] != nil && changes[$0] == shown[$0] }
    let patched = try Self.members(of: shown.patched(by: .object(changes)))
    var settable = patched
    for name in Self.shownOnly where changes[name] == nil || kept.contains(name) {
      settable[name] = nil
    }
    for (name, value) in changes where value.isNull && !Self.settable.contains(name) {
      settable[name] = .null
    }
    var reader = RecordReader(settable, .change(rules, of: Set(changes.keys)))
    reader.refuseOthers(than: Self.settable)
    var tenant = Tenant(id: id)
    tenant.read(&reader)
    tenant.createdAt = createdAt
    tenant.updatedAt = rules.now
    guard reader.faults.list.isEmpty else { throw reader.faults }
    return tenant
  }

  static func members(of json: JSONValue) throws(RecordFaults) -> JSONObject {
    guard case .object(let members) = json else {
      throw RecordFaults([RecordFault(.notAnObject, "it must be an object")])
    }
    return members
  }

  static func id(_ json: JSONValue) throws(RecordFault) -> TenantID {
    guard case .string(let text) = json else {
      throw RecordFault(.notText, "it must be a text of \(TenantID.rule)")
    }
    guard let id = TenantID(rawValue: text) else {
      throw .value("\(ClientText.quoted(text)) is no tenant's id, which is \(TenantID.rule)")
    }
    return id
  }

  // MARK: - Members

  private mutating func read(_ reader: inout RecordReader) {
    name = reader.name() ?? id.rawValue
    isEnabled = reader.read("enabled", MemberRules.flag) ?? true
    limits = reader.limits("limits")
    budgets = reader.budgets("budgets")
    userLimits = reader.limits("user_limits")
    userBudgets = reader.budgets("user_budgets")
    models = reader.models()
    lane = reader.lane()
    weight =
      reader.read("weight") { (json) throws(RecordFault) in try MemberRules.integer(json, Self.weights) } ?? 1
    cache = reader.cache() ?? .own
    readTimeZone(&reader)
    unpriced =
      reader.read("unpriced") { (json) throws(RecordFault) -> Unpriced in try MemberRules.choice(json) }
      ?? .allow
    onBudget =
      reader.read("on_budget") { (json) throws(RecordFault) -> OverBudget in try MemberRules.choice(json) }
      ?? .refuse
    providerKeys = Self.providerKeys(&reader)
    retention = Self.retention(&reader)
    guards = reader.guards()
    webhooks = Self.webhooks(&reader)
    metadata = reader.metadata()
  }

  private mutating func readTimeZone(_ reader: inout RecordReader) {
    guard
      let name = reader.read("timezone", { (json) throws(RecordFault) in try MemberRules.text(json, 1...64) })
    else { return }
    timeZone = name
    if reader.rules(for: "timezone") != nil, let fault = timeZoneFault { reader.add(fault) }
  }

  /// What is wrong with its time zone; nil where there is such a one.
  public var timeZoneFault: RecordFault? {
    guard BudgetCalendar(timeZone: timeZone) == nil else { return nil }
    return .value(
      "there is no time zone \(ClientText.quoted(timeZone)); write its IANA name, such as \"Europe/Berlin\"",
      at: [.name("timezone")])
  }

  private static let mostProviderKeys = 100

  private static func providerKeys(_ reader: inout RecordReader) -> [String: String] {
    var keys: [String: String] = [:]
    let members = reader.object("provider_keys") ?? [:]
    guard members.count <= mostProviderKeys else {
      reader.add(
        .value(
          "it must have at most \(mostProviderKeys) members, not \(members.count)",
          at: [.name("provider_keys")]))
      return keys
    }
    let known = reader.rules(for: "provider_keys")?.providers
    for (provider, value) in members {
      do throws(RecordFault) {
        keys[try secretName(.string(provider))] = try secretName(value)
        if let known, !known.contains(provider) {
          reader.addHere(unknownProvider(provider, known).at([.name("provider_keys"), .name(provider)]))
        }
      } catch {
        reader.add(error.at([.name("provider_keys"), .name(ClientText.cut(provider))]))
      }
    }
    return keys
  }

  private static func unknownProvider(_ name: String, _ known: [String]) -> RecordFault {
    .value(
      known.isEmpty
        ? "there is no provider here"
        : "there is no provider \(ClientText.quoted(name)) here; there are \(known.joined(separator: ", "))")
  }

  /// No path: it names one of the secrets that the operator mounted, not a file of his.
  private static func secretName(_ json: JSONValue) throws(RecordFault) -> String {
    let name = try MemberRules.text(json, 1...64)
    guard SecretFolder.isName(name), !name.hasPrefix(".") else {
      throw .value(
        "\(ClientText.quoted(name)) is no name of a provider or secret, which holds letters, digits, _, - and ."
      )
    }
    return name
  }

  /// Ten years.
  private static let longestRetention = 315_360_000

  private static func retention(_ reader: inout RecordReader) -> Retention {
    guard let members = reader.object("retention") else { return Retention() }
    var retention = Retention()
    for (name, value) in members where !value.isNull {
      do throws(RecordFault) {
        let seconds = try MemberRules.integer(value, 1...longestRetention)
        switch name {
        case "results": retention.results = .seconds(seconds)
        case "events": retention.events = .seconds(seconds)
        case "usage": retention.usage = .seconds(seconds)
        default:
          throw RecordFault(.unknownMember, "there is no such member; there are results, events and usage")
        }
      } catch {
        reader.add(error.at([.name("retention"), .name(ClientText.cut(name))]))
      }
    }
    return retention
  }

  private static func webhooks(_ reader: inout RecordReader) -> [Webhook] {
    let rules = reader.rules(for: "webhooks")
    return reader.list("webhooks", atMost: 10) { (json) throws(RecordFault) in try webhook(json, rules) }
      ?? []
  }

  private static func webhook(_ json: JSONValue, _ rules: RecordRules?) throws(RecordFault) -> Webhook {
    guard case .object(let members) = json else {
      throw RecordFault(.notAnObject, #"it must be an object such as {"url": "https://…"}"#)
    }
    for name in members.keys where name != "url" && name != "events" {
      throw RecordFault(
        .unknownMember, "there is no such member; there are url and events", at: [.name(ClientText.cut(name))]
      )
    }
    guard let value = members["url"] else {
      throw RecordFault(.missing, "a webhook needs a URL", at: [.name("url")])
    }
    let url: String
    do throws(RecordFault) {
      url = try MemberRules.text(value, 1...2048)
      if let fault = rules?.webhookFault(url) { throw RecordFault.value(fault) }
    } catch { throw error.under(.name("url")) }
    return Webhook(url: url, events: try events(members["events"], rules))
  }

  private static func events(_ json: JSONValue?, _ rules: RecordRules?) throws(RecordFault) -> [String]? {
    guard let json, !json.isNull else { return nil }
    guard case .array(let values) = json, !values.isEmpty, values.count <= 50 else {
      throw RecordFault(.notAList, "it must be a list of 1 to 50 names of events", at: [.name("events")])
    }
    var events: [String] = []
    for (index, value) in values.enumerated() {
      do throws(RecordFault) {
        let name = try MemberRules.text(value, 1...64)
        if let known = rules?.webhookEvents, !known.contains(name) {
          throw RecordFault(
            .notAChoice, "\(ClientText.quoted(name)) is no event; there are \(known.joined(separator: ", "))")
        }
        events.append(name)
      } catch { throw error.under(.index(index)).under(.name("events")) }
    }
    return events
  }
}

// MARK: - Writing

extension Tenant {
  /// As it is stored, and shown.
  public var json: JSONValue {
    var members: JSONObject = [
      "id": .string(id.rawValue), "name": .string(name), "enabled": .bool(isEnabled),
      "limits": .array(limits.map(\.json)), "budgets": .array(budgets.map(\.json)),
      "user_limits": .array(userLimits.map(\.json)), "user_budgets": .array(userBudgets.map(\.json)),
      "models": models.json, "lane": lane.json, "weight": .integer(Int64(weight)),
      "cache": .string(cache.description), "timezone": .string(timeZone),
      "unpriced": .string(unpriced.rawValue), "on_budget": .string(onBudget.rawValue),
      "provider_keys": .object(
        JSONObject(
          uniqueKeysWithValues: providerKeys.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
      "retention": .object(retention.json), "guards": .array(guards.map(JSONValue.string)),
    ]
    members["webhooks"] = .array(webhooks.map(\.json))
    members["metadata"] = .object(metadata)
    members["created_at"] = .string(Timestamp.format(unixMilliseconds: createdAt))
    members["updated_at"] = .string(Timestamp.format(unixMilliseconds: updatedAt))
    return .object(members)
  }
}

extension Tenant.Webhook {
  fileprivate var json: JSONValue {
    guard let events else { return ["url": .string(url)] }
    return ["url": .string(url), "events": .array(events.map(JSONValue.string))]
  }
}

extension Tenant.Retention {
  fileprivate var json: JSONObject {
    var members: JSONObject = [:]
    for (name, duration) in [("results", results), ("events", events), ("usage", usage)] {
      if let duration { members[name] = .integer(duration.components.seconds) }
    }
    return members
  }
}

extension AllowedModels {
  /// `["*"]` for all.
  var json: JSONValue { .array((names ?? ["*"]).map(JSONValue.string)) }
}

extension Lane? {
  var json: JSONValue { map { .string($0.rawValue) } ?? .null }
}
