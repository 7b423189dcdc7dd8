import Shared

/// Makes tenants of LiteLLM's teams, and keys of its keys.
struct LiteLLMTenants: Sendable {
  private(set) var tenants: [JSONObject] = []
  private(set) var keys: [JSONObject] = []

  /// The tenant of each team, by the team's id.
  private var ids: [String: String] = [:]
  private let usual: String
  /// The models and routes that there will be; nil where the configuration is not known.
  private let models: Set<String>?

  /// - Parameters:
  ///   - usual: the tenant of keys without a team.
  ///   - now: Unix milliseconds.
  init(
    _ records: LiteLLMRecords, usual: String, models: Set<String>?, now: Int64,
    _ findings: inout LiteLLMFindings
  ) {
    self.usual = usual
    self.models = models
    for team in records.teams { add(team: team, &findings) }
    for key in records.keys { add(key: key, now, &findings) }
  }

  // MARK: - Teams

  private static let passedOverOfTeams: Set<String> = [
    "team_id", "team_alias", "spend", "created_at", "updated_at", "budget_reset_at", "model_spend",
    "model_id", "models",
    "blocked", "metadata", "keys", "last_refreshed_at", "litellm_budget_table", "members",
    "members_with_roles", "admins",
    "members_count", "keys_count", "team_memberships",
  ]
  private static let hintsOfTeams = [
    "organization_id": "there is no level above tenants",
    "litellm_model_table":
      "names are not replaced for one tenant; give the configuration a route of that name",
    "object_permission": "there are no such permissions",
    "object_permission_id": "there are no such permissions",
    "router_settings": "routes belong to all tenants; give the tenant a route of its own with `models`",
    "team_member_permissions": "give those who manage keys one with the scope admin:keys",
    "guardrails": "there are no guards here",
  ]

  private mutating func add(team: JSONObject, _ findings: inout LiteLLMFindings) {
    guard let teamID = team["team_id"]?.string else { return findings.left("team", "its team_id is no text") }
    let alias = team["team_alias"]?.string
    let place = "team \(alias ?? teamID)"
    let id = freshID(alias ?? teamID)
    ids[teamID] = id
    var tenant: JSONObject = ["id": .string(id)]
    if let name = alias.flatMap({ findings.name($0, at: "\(place).team_alias") }) {
      tenant["name"] = .string(name)
    }
    fill(&tenant, from: team, passingOver: Self.passedOverOfTeams, Self.hintsOfTeams, place, &findings)
    var metadata = tenant["metadata"]?.object ?? [:]
    metadata["litellm_team_id"] = .string(teamID)
    tenant["metadata"] = .object(metadata)
    if ["members", "members_with_roles", "admins"].contains(where: { team[$0]?.saysSomething == true }) {
      findings.left(
        "\(place).members", "tenants have no members; who asks is a key, or a user that a request names")
    }
    tenants.append(tenant)
  }

  /// Of a name an id that no tenant has yet.
  private func freshID(_ name: String) -> String {
    let base = Self.slug(name)
    var id = base
    var number = 2
    while id == "default" || ids.values.contains(id) {
      id = "\(base.prefix(58))-\(number)"
      number += 1
    }
    return id
  }

  static func slug(_ name: String) -> String {
    var slug = ""
    for character in name.lowercased() {
      let isGood = character.isASCII && (character.isLetter || character.isNumber || character == "_")
      if isGood { slug.append(character) } else if !slug.isEmpty, !slug.hasSuffix("-") { slug.append("-") }
    }
    while slug.hasSuffix("-") { slug.removeLast() }
    while slug.hasPrefix("_") { slug.removeFirst() }
    return slug.isEmpty ? "team" : String(slug.prefix(TenantID.longest))
  }

  // MARK: - Keys

  private static let passedOverOfKeys: Set<String> = [
    "token", "key_name", "key_alias", "key", "spend", "created_at", "updated_at", "created_by", "updated_by",
    "last_active", "budget_reset_at", "model_spend", "soft_budget_cooldown", "litellm_budget_table",
    "budget_id",
    "models", "blocked", "metadata", "expires", "team_id", "team_alias", "user_id", "user", "key_type",
    "rotation_count",
    "last_rotation_at", "key_rotation_at",
  ]
  private static let hintsOfKeys = [
    "aliases": "names are not replaced for one key; give the configuration a route of that name",
    "config": "a key has no configuration of its own", "permissions": "there are no such permissions",
    "allowed_routes": "scopes say what a key may do; set them with --scope",
    "allowed_cache_controls": "say --cache off where a key shall not use the cache",
    "org_id": "there is no level above tenants", "organization_id": "there is no level above tenants",
    "project_id": "there is no level between tenants and keys",
    "object_permission": "there are no such permissions",
    "object_permission_id": "there are no such permissions",
    "auto_rotate": "rotate it with `sluice keys rotate`",
    "rotation_interval": "rotate it with `sluice keys rotate`",
    "router_settings": "routes belong to all tenants",
  ]

  private mutating func add(key: JSONObject, _ now: Int64, _ findings: inout LiteLLMFindings) {
    let name = key["key_alias"]?.string ?? key["key_name"]?.string ?? "without a name"
    let place = "key \(name.contains("...") ? name : KeyBlots.blotted(name))"
    var new: JSONObject = ["tenant": .string(tenant(of: key, place, &findings))]
    if let name = key["key_alias"]?.string.flatMap({ findings.name($0, at: "\(place).key_alias") }) {
      new["name"] = .string(name)
    }
    if let value = key["expires"], value.saysSomething {
      let expires = value.string ?? CellText.text(value)
      guard let end = Self.time(expires) else {
        return findings.left(place, "its expiry \"\(expires)\" is no time; make it by hand")
      }
      guard end > now else { return findings.left(place, "it expired at \(expires)") }
      new["expires_at"] = .string(Timestamp.format(unixMilliseconds: end))
    }
    fill(&new, from: key, passingOver: Self.passedOverOfKeys, Self.hintsOfKeys, place, &findings)
    var metadata = new["metadata"]?.object ?? [:]
    for (from, to) in [
      ("key_name", "litellm_key"), ("token", "litellm_token"), ("user_id", "litellm_user_id"),
    ] {
      if let value = key[from]?.string, !(from == "token" && value.hasPrefix("sk-")) {
        metadata[to] = .string(value)
      }
    }
    new["metadata"] = .object(metadata)
    keys.append(new)
  }

  private mutating func tenant(
    of key: JSONObject, _ place: String, _ findings: inout LiteLLMFindings
  ) -> String {
    guard let team = key["team_id"]?.string else { return usual }
    if let id = ids[team] { return id }
    let id = freshID(key["team_alias"]?.string ?? team)
    ids[team] = id
    tenants.append(["id": .string(id), "metadata": ["litellm_team_id": .string(team)]])
    findings.left("team \(team)", "its limits and budgets are in none of the files; ask /team/list for them")
    return id
  }

  /// LiteLLM writes times with and without a zone; without one they are in UTC.
  private static func time(_ text: String) -> Int64? {
    let plain = text.split(separator: " ", maxSplits: 1).joined(separator: "T")
    return (InternetTime.parse(plain) ?? InternetTime.parse(plain + "Z")).map { $0 * 1000 }
  }

  // MARK: - What both have

  private func fill(
    _ record: inout JSONObject, from source: JSONObject, passingOver: Set<String>, _ hints: [String: String],
    _ place: String, _ findings: inout LiteLLMFindings
  ) {
    let (metadata, extra) = LiteLLMMetadata.read(
      findings.members(source["metadata"], at: "\(place).metadata"), at: place, &findings)
    // What a budget of LiteLLM's says holds where the record itself says nothing.
    let table = source["litellm_budget_table"]?.object ?? [:]
    let all = [source.filter { !$0.value.isNull }, extra, table].reduce(into: JSONObject()) { sum, part in
      sum.merge(part) { first, _ in first }
    }
    let bounds = LiteLLMBounds(all, models: models, at: place, &findings)
    if !bounds.limits.isEmpty { record["limits"] = .array(bounds.limits) }
    if !bounds.budgets.isEmpty { record["budgets"] = .array(bounds.budgets) }
    if source["blocked"]?.bool == true || bounds.isShut { record["enabled"] = false }
    let named = findings.list(source["models"], at: "\(place).models")
    // What cannot be read may not have meant all.
    if named.isEmpty, source["models"]?.saysSomething == true { record["enabled"] = false }
    if let models = allowed(named, place, &findings) {
      if models.isEmpty {
        // What may ask nothing is not what may ask all.
        record["enabled"] = false
        findings.changed("\(place).models", "it may ask nothing that there is here, so it is made disabled")
      } else {
        record["models"] = .array(models.map(JSONValue.string))
      }
    }
    if !metadata.isEmpty { record["metadata"] = .object(metadata) }
    findings.left(
      membersOf: source, besides: passingOver.union(LiteLLMBounds.members), at: place, hints: hints)
  }

  /// Nil for all.
  private func allowed(
    _ list: [JSONValue], _ place: String, _ findings: inout LiteLLMFindings
  ) -> [String]? {
    let names = list.compactMap(\.string)
    if names.isEmpty || names.contains("all-proxy-models") || names.contains("all-team-models") { return nil }
    for name in names where name == "no-default-models" || models?.contains(name) == false {
      // A pattern may mean what is not listed.
      guard !name.contains("*") else { continue }
      findings.left(
        "\(place).models", "\"\(name)\" is no route of the configuration, and may not be asked here")
    }
    return names.filter { $0.contains("*") || ($0 != "no-default-models" && models?.contains($0) != false) }
  }
}
