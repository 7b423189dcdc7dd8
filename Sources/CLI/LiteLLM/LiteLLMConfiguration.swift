import Shared

/// Makes providers and routes of LiteLLM's `config.yaml`.
struct LiteLLMConfiguration: Sendable {
  private(set) var file = ProviderFileText()

  private static let read: Set<String> = [
    "model_list", "router_settings", "litellm_settings", "general_settings",
  ]
  private static let hints = [
    "environment_variables": "set them where the processes are started",
    "guardrails": "there are no guards here",
    "mcp_servers": "tools of servers are not called here",
    "credential_list": "write where each key is by hand",
    "include": "give one file with all of it", "prompts": "prompts are the clients'",
  ]

  init(_ config: JSONObject, _ findings: inout LiteLLMFindings) {
    var deployments: [LiteLLMDeployment] = []
    let entries = findings.list(config["model_list"], at: "model_list")
    var variables = LiteLLMVariables(entries)
    for (index, entry) in entries.enumerated() {
      let place = "model_list[\(index)]"
      if let deployment = LiteLLMDeployment(entry, at: place, &variables, &findings) {
        deployments.append(deployment)
      }
    }
    let settings = LiteLLMSettings(config, &findings)
    let names = addProviders(deployments, &findings)
    addRoutes(deployments, names, settings, &findings)
    addAliases(settings, &findings)
    leaveEmptyProviders(&findings)
    findings.left(membersOf: config, besides: Self.read, at: "config", hints: Self.hints)
  }

  /// What may be asked by name: routes, and targets themselves.
  var models: Set<String> {
    var names = Set(file.routes.map(\.name))
    for provider in file.providers {
      for model in provider.models { names.formUnion([model.name, "\(provider.name)/\(model.name)"]) }
    }
    return names
  }

  // MARK: - Providers

  /// One for each place that is asked, with the keys and models of all its deployments. Returns the name of each.
  private mutating func addProviders(
    _ deployments: [LiteLLMDeployment], _ findings: inout LiteLLMFindings
  ) -> [String] {
    var names: [String] = []
    for deployment in deployments {
      let place = file.providers.firstIndex {
        $0.baseURL == deployment.baseURL && $0.dialect == deployment.provider.dialect
      }
      let index = place ?? file.providers.count
      if place == nil {
        file.providers.append(
          .init(
            name: freshName(deployment.provider.name), dialect: deployment.provider.dialect,
            baseURL: deployment.baseURL))
      }
      file.providers[index].add(deployment, &findings)
      names.append(file.providers[index].name)
    }
    return names
  }

  /// A provider needs a model that `default` asks; LiteLLM's `groq/*` names none.
  private mutating func leaveEmptyProviders(_ findings: inout LiteLLMFindings) {
    for provider in file.providers where provider.models.isEmpty {
      findings.left(
        "model_list \"\(provider.name)/*\"",
        "declare the provider with one model at least; all others can be asked as \(provider.name)/NAME then")
    }
    file.providers.removeAll { $0.models.isEmpty }
  }

  private func freshName(_ name: String) -> String {
    let base = String(name.prefix(28))
    let taken = Set(file.providers.map(\.name))
    return ([base] + (2...999).map { "\(base)-\($0)" }).first { !taken.contains($0) } ?? base
  }

  // MARK: - Routes

  private static let anyName = "*"

  private mutating func addRoutes(
    _ deployments: [LiteLLMDeployment], _ names: [String], _ settings: LiteLLMSettings,
    _ findings: inout LiteLLMFindings
  ) {
    for (deployment, name) in zip(deployments, names) where !deployment.model.name.contains(Self.anyName) {
      let target = ProviderFileText.Target(
        name: "\(name)/\(deployment.model.name)", weight: deployment.weight)
      guard deployment.group != target.name else { continue }
      guard Self.isRouteName(deployment.group) else {
        findings.left(
          "model_list \"\(deployment.group)\"",
          "a route's name has letters, digits, dots, _ and - only; ask for \(target.name), or declare a route"
        )
        continue
      }
      if let index = file.routes.firstIndex(where: { $0.name == deployment.group }) {
        file.routes[index].add(target)
      } else {
        file.routes.append(.init(name: deployment.group, retries: settings.retries, targets: [target]))
      }
    }
    for index in file.routes.indices where file.routes[index].targets.count > 1 {
      file.routes[index].strategy = settings.strategy
    }
    let plain = file.routes
    for (name, others) in settings.fallbacks { addFallbacks(of: name, others, plain, &findings) }
  }

  private mutating func addFallbacks(
    of name: String, _ others: [String], _ plain: [ProviderFileText.Route], _ findings: inout LiteLLMFindings
  ) {
    guard let index = file.routes.firstIndex(where: { $0.name == name }) else {
      return findings.left("fallbacks.\(name)", "there is no route of that name")
    }
    for other in others {
      guard let route = plain.first(where: { $0.name == other }) else {
        findings.left("fallbacks.\(name)", "\"\(other)\" is no route")
        continue
      }
      for target in route.targets
      where !file.routes[index].targets.contains(where: { $0.name == target.name }) {
        file.routes[index].targets.append(.init(name: target.name))
      }
    }
    if file.routes[index].strategy != "ordered" {
      findings.changed(
        "fallbacks.\(name)", "its own deployments are asked in their order, since fallbacks come behind them")
      file.routes[index].strategy = "ordered"
      for place in file.routes[index].targets.indices { file.routes[index].targets[place].weight = 1 }
    }
  }

  private mutating func addAliases(_ settings: LiteLLMSettings, _ findings: inout LiteLLMFindings) {
    for (alias, name) in settings.aliases {
      guard Self.isRouteName(alias), !file.routes.contains(where: { $0.name == alias }),
        let route = file.routes.first(where: { $0.name == name })
      else {
        findings.left("router_settings.model_group_alias.\(alias)", "it is no name of a route, or names none")
        continue
      }
      file.routes.append(
        .init(name: alias, strategy: route.strategy, retries: route.retries, targets: route.targets))
    }
  }

  private static func isRouteName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}

extension ProviderFileText.Provider {
  /// Quotas are of each model here, and a model has one price: what the first deployment that has any says holds for all,
  /// which is noted.
  fileprivate mutating func add(_ deployment: LiteLLMDeployment, _ findings: inout LiteLLMFindings) {
    if let variable = deployment.variable, !keys.contains(variable) { keys.append(variable) }
    if !deployment.model.name.contains("*") { add(deployment.model, of: deployment.group, &findings) }
    if quotas.isEmpty { quotas = deployment.quotas }
    guard quotas != deployment.quotas else { return }
    findings.changed(
      "model_list \"\(deployment.group)\"",
      "quotas are of each model of a provider here; of \(name) those of its first deployment hold: "
        + quotas.joined(separator: ", "))
  }

  private mutating func add(
    _ model: ProviderFileText.Model, of group: String, _ findings: inout LiteLLMFindings
  ) {
    guard let index = models.firstIndex(where: { $0.name == model.name }) else { return models.append(model) }
    if models[index].members.isEmpty { models[index].members = model.members }
    let held = models[index].members
    guard !model.members.isEmpty, held != model.members else { return }
    let told = held.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    findings.changed(
      "model_list \"\(group)\"",
      "a model of a provider has one price and length here; of \(name)/\(model.name) the first hold: \(told)")
  }
}

extension ProviderFileText.Route {
  fileprivate mutating func add(_ target: ProviderFileText.Target) {
    if let index = targets.firstIndex(where: { $0.name == target.name }) {
      targets[index].weight = min(targets[index].weight + target.weight, 1000)
    } else {
      targets.append(target)
    }
  }
}
