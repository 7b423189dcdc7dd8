import Shared

/// All that becomes of LiteLLM's files.
struct LiteLLMPlan: Sendable {
  /// Nil without a configuration.
  private(set) var file: ProviderFileText?
  let tenants: [JSONObject]
  let keys: [JSONObject]
  let findings: [LiteLLMFinding]

  /// - Parameters:
  ///   - files: names and texts; one that is an object with LiteLLM's settings is the configuration, in YAML or JSON.
  ///   - tenant: of keys without a team.
  ///   - now: Unix milliseconds.
  init(files: [(name: String, text: String)], tenant: String, now: Int64) throws(CommandFailure) {
    var findings = LiteLLMFindings()
    var records = LiteLLMRecords()
    var configuration: LiteLLMConfiguration?
    for (name, text) in files {
      let json = try Self.parse(name, text)
      guard let config = json.object, Self.isConfiguration(config) else {
        records.take(json, from: name, &findings)
        continue
      }
      guard configuration == nil else { throw .usage("there are two configurations; give one") }
      configuration = LiteLLMConfiguration(config, &findings)
    }
    let made = LiteLLMTenants(records, usual: tenant, models: configuration?.models, now: now, &findings)
    file = configuration?.file
    tenants = made.tenants
    keys = made.keys
    self.findings = findings.list
  }

  private static func isConfiguration(_ members: JSONObject) -> Bool {
    ["model_list", "litellm_settings", "general_settings", "router_settings"].contains { members[$0] != nil }
  }

  private static func parse(_ name: String, _ text: String) throws(CommandFailure) -> JSONValue {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      do throws(YAMLText.Fault) { return try YAMLText.json(of: text) } catch {
        throw .usage("the file \"\(name)\" cannot be read: \(error)")
      }
    }
    do throws(JSONParsingError) { return try JSONParser.parse(text) } catch {
      throw .usage("the file \"\(name)\" is no JSON: \(error)")
    }
  }

  // MARK: - For people

  var text: String {
    var text = ""
    if let file {
      text +=
        "providers: \(file.providers.count), routes: \(file.routes.count); --config-to FILE writes them\n"
    }
    if !tenants.isEmpty { text += "\nTenants\n" + TenantTable.text(tenants.map(Self.shown)) }
    if !keys.isEmpty { text += "\nKeys, all of which are new ones\n" + Self.table(keys) }
    guard !findings.isEmpty else { return text + "\nEverything is carried over.\n" }
    var table = Table("", "where", "why")
    for finding in findings { table.add([finding.kind.rawValue, finding.place, finding.reason]) }
    return text + "\n" + table.text
  }

  /// With what nobody said.
  private static func shown(_ tenant: JSONObject) -> JSONValue {
    let usual: JSONObject = ["enabled": true, "weight": 1]
    return .object(usual.merging(tenant) { $1 })
  }

  private static func table(_ keys: [JSONObject]) -> String {
    let names = ["tenant", "name", "enabled", "models", "limits", "budgets", "expires_at"]
    var table = Table(names.map { Table.Column(title: $0.split(separator: "_").joined(separator: " ")) })
    for key in keys {
      table.add(names.map { $0 == "enabled" ? CellText.text(key[$0] ?? true) : CellText.text(key[$0]) })
    }
    return table.text
  }

  var json: JSONValue {
    [
      "config": file.map { .string($0.text) } ?? .null, "tenants": .array(tenants.map(JSONValue.object)),
      "keys": .array(keys.map(JSONValue.object)),
      "findings": .array(
        findings.map {
          ["kind": .string($0.kind.rawValue), "where": .string($0.place), "why": .string($0.reason)]
        }),
    ]
  }
}
