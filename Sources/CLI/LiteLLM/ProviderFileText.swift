import Shared

/// A file of providers and routes, as docs/providers.md describes it.
struct ProviderFileText: Sendable, Hashable {
  struct Model: Sendable, Hashable {
    let name: String
    /// Prices, `context_window` and `max_output_tokens`, by their members.
    var members: [String: String] = [:]
  }

  struct Provider: Sendable, Hashable {
    let name: String
    let dialect: String
    let baseURL: String
    /// Variables that hold its keys, and their weights; empty for one without a key.
    var keys: [String] = []
    var models: [Model] = []
    var quotas: [String] = []
  }

  struct Target: Sendable, Hashable {
    let name: String
    var weight = 1
  }

  struct Route: Sendable, Hashable {
    let name: String
    var strategy = "ordered"
    var retries = 0
    var targets: [Target] = []
  }

  var providers: [Provider] = []
  var routes: [Route] = []

  // MARK: - YAML

  var text: String {
    var lines = ["# Made of a configuration of LiteLLM's; docs/providers.md explains every member."]
    lines.append("providers:" + (providers.isEmpty ? " []" : ""))
    for provider in providers { lines += Self.lines(provider) }
    lines.append("routes:" + (routes.isEmpty ? " []" : ""))
    for route in routes { lines += Self.lines(route) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ provider: Provider) -> [String] {
    var lines = [
      "  - name: \(quoted(provider.name))", "    dialect: \(provider.dialect)",
      "    base_url: \(quoted(provider.baseURL))",
    ]
    switch provider.keys.count {
    case 0: break
    case 1: lines.append("    key: {env: \(provider.keys[0])}")
    default:
      lines.append("    keys:")
      lines += provider.keys.map { "      - {env: \($0)}" }
    }
    if !provider.models.isEmpty {
      lines.append("    models:")
      lines += provider.models.map { "      - \(text(of: $0))" }
    }
    if !provider.quotas.isEmpty {
      lines.append("    quotas: [\(provider.quotas.map(quoted).joined(separator: ", "))]")
    }
    return lines
  }

  private static func text(of model: Model) -> String {
    guard !model.members.isEmpty else { return quoted(model.name) }
    let members = model.members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "{\((["name: \(quoted(model.name))"] + members).joined(separator: ", "))}"
  }

  private static func lines(_ route: Route) -> [String] {
    var lines = ["  - name: \(quoted(route.name))"]
    if route.strategy != "ordered" { lines.append("    strategy: \(route.strategy)") }
    if route.retries > 0 { lines.append("    retries: \(route.retries)") }
    lines.append("    targets:")
    lines += route.targets.map { target in
      target.weight == 1
        ? "      - \(quoted(target.name))"
        : "      - {target: \(quoted(target.name)), weight: \(target.weight)}"
    }
    return lines
  }

  /// A text of JSON is one of YAML.
  private static func quoted(_ text: String) -> String { String(buffer: JSONValue.string(text).serialized()) }
}
