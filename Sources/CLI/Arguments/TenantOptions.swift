import ArgumentParser
import Shared

/// What a tenant may be told, as `tenants create` and `tenants update` take it.
struct TenantOptions: ParsableArguments {
  @OptionGroup var bounds: BoundOptions

  @Option(
    name: .customLong("user-limit"),
    help: ArgumentHelp("A limit of each of its users; again for more.", valueName: "limit"))
  var userLimits: [String] = []

  @Option(
    name: .customLong("user-budget"),
    help: ArgumentHelp("A budget of each of its users; again for more.", valueName: "budget"))
  var userBudgets: [String] = []

  @Option(help: "Its share in fair turns, 1 to 100.")
  var weight: Int?

  @Option(help: ArgumentHelp("By which its budgets' days, weeks and months go.", valueName: "Europe/Berlin"))
  var timezone: String?

  @Option(help: "allow or refuse: targets without a known price, while a hard budget stands.")
  var unpriced: String?

  @Option(help: "refuse or wait: batch jobs that a hard budget has no room for.")
  var onBudget: String?

  @Option(
    name: .customLong("provider-key"),
    help: ArgumentHelp("The name of a mounted secret; again for more.", valueName: "provider=secret"))
  var providerKeys: [String] = []

  @Option(
    name: .customLong("webhook"),
    help: ArgumentHelp("Who is told of its budgets and limits; again for more.", valueName: "url"))
  var webhooks: [String] = []

  static let clearable = [
    "name", "limits", "budgets", "user_limits", "user_budgets", "models", "lane", "weight", "cache",
    "timezone",
    "unpriced", "on_budget", "provider_keys", "retention", "guards", "webhooks", "metadata",
  ]

  func members() throws(CommandFailure) -> MemberList {
    var list = try bounds.members()
    try list.set("user_limits", "user-limit", limits: userLimits)
    try list.set("user_budgets", "user-budget", budgets: userBudgets)
    try list.set("weight", weight, in: Tenant.weights)
    list.set("timezone", timezone)
    try list.set("unpriced", "unpriced", unpriced, of: Tenant.Unpriced.allCases.map(\.rawValue))
    try list.set("on_budget", "on-budget", onBudget, of: Tenant.OverBudget.allCases.map(\.rawValue))
    try list.set("provider_keys", "provider-key", pairs: providerKeys)
    list.set(webhooks: webhooks)
    return list
  }
}

extension MemberList {
  fileprivate mutating func set(webhooks: [String]) {
    if !webhooks.isEmpty { set("webhooks", webhooks.map { ["url": .string($0)] }) }
  }
}
