import Shared

/// What LiteLLM's three kinds of settings say of routes.
struct LiteLLMSettings: Sendable {
  /// Of a route with several targets.
  private(set) var strategy = "weighted"
  private(set) var retries = 0
  /// The routes that are asked when one fails.
  private(set) var fallbacks: [(name: String, others: [String])] = []
  private(set) var aliases: [(alias: String, name: String)] = []

  private static let strategies = [
    "simple-shuffle": "weighted", "latency-based-routing": "fastest", "cost-based-routing": "cheapest",
  ]
  private static let readOfRouter: Set<String> = [
    "routing_strategy", "num_retries", "fallbacks", "model_group_alias",
  ]
  private static let hintsOfRouter = [
    "timeout": "say PROVIDER_TOTAL_TIMEOUT", "allowed_fails": "circuits open by themselves",
    "cooldown_time": "circuits close by themselves", "redis_host": "say REDIS_URL",
    "redis_port": "say REDIS_URL",
    "redis_password": "say REDIS_URL", "redis_url": "say REDIS_URL",
    "enable_pre_call_checks": "targets that cannot take a request are passed over by themselves",
    "context_window_fallbacks": "put a target with a longer context last in the route",
    "content_policy_fallbacks": "put another target last in the route; a filtered answer asks it",
    "default_fallbacks": "put the target last in each route",
  ]
  private static let readOfModule: Set<String> = ["num_retries", "fallbacks", "drop_params"]
  private static let hintsOfModule = [
    "request_timeout": "say PROVIDER_TOTAL_TIMEOUT", "cache": "say CACHE_V1 and CACHE_TTL",
    "cache_params": "say CACHE_TTL",
    "callbacks": "read GET /metrics and GET /admin/usage",
    "success_callback": "read GET /metrics and GET /admin/usage",
    "failure_callback": "read GET /metrics and GET /admin/usage", "set_verbose": "say LOG_LEVEL",
    "json_logs": "say LOG_FORMAT", "max_budget": "give tenants budgets",
    "budget_duration": "give tenants budgets",
    "context_window_fallbacks": "put a target with a longer context last in the route",
    "content_policy_fallbacks": "put another target last in the route; a filtered answer asks it",
    "default_fallbacks": "put the target last in each route",
    "default_internal_user_params": "bound each user of a tenant with --user-limit and --user-budget",
    "max_end_user_budget": "bound each user of a tenant with --user-budget",
  ]
  private static let hintsOfServer = [
    "master_key": "make a new ADMIN_API_KEY", "database_url": "Redis holds all; no database is needed",
    "alerting": "a tenant has --webhook",
    "max_parallel_requests": "give tenants a limit such as \"5 running\"",
    "global_max_parallel_requests": "say WORKER_CONCURRENCY", "max_request_size_mb": "say MAX_BODY_BYTES",
    "allowed_ips": "a key has --network", "proxy_batch_write_at": "usage is written when a job ends",
    "store_model_in_db": "providers and routes stand in the file", "salt_key": "make a new KEY_PEPPER",
    "disable_spend_logs": "say USAGE_MAX_BYTES",
    "ui_access_mode": "give administrators keys with admin scopes",
  ]

  init(_ config: JSONObject, _ findings: inout LiteLLMFindings) {
    let router = findings.members(config["router_settings"], at: "router_settings")
    let module = findings.members(config["litellm_settings"], at: "litellm_settings")
    if let name = router["routing_strategy"]?.string {
      strategy = Self.strategies[name] ?? "weighted"
      if Self.strategies[name] == nil {
        findings.changed(
          "router_settings.routing_strategy",
          "\"\(name)\" becomes `weighted`; quotas pass over what has no room")
      }
    }
    let told = router["num_retries"]?.integer ?? module["num_retries"]?.integer ?? 0
    retries = Int(min(max(told, 0), 3))
    if told > 3 { findings.changed("num_retries", "\(told) becomes 3, the most that a route has") }
    for (settings, place) in [(router, "router_settings"), (module, "litellm_settings")] {
      readFallbacks(settings["fallbacks"], place, &findings)
    }
    let place = "router_settings.model_group_alias"
    for (alias, name) in findings.members(router["model_group_alias"], at: place) {
      guard let name = name.string ?? name["model"]?.string else {
        findings.left("\(place).\(alias)", "it names no model")
        continue
      }
      aliases.append((alias, name))
    }
    findings.left(
      membersOf: router, besides: Self.readOfRouter, at: "router_settings", hints: Self.hintsOfRouter)
    findings.left(
      membersOf: module, besides: Self.readOfModule, at: "litellm_settings", hints: Self.hintsOfModule)
    let server = findings.members(config["general_settings"], at: "general_settings")
    findings.left(membersOf: server, besides: [], at: "general_settings", hints: Self.hintsOfServer)
  }

  /// `[{"smart": ["quick", "cheap"]}]`.
  private mutating func readFallbacks(
    _ value: JSONValue?, _ place: String, _ findings: inout LiteLLMFindings
  ) {
    for (index, entry) in findings.list(value, at: "\(place).fallbacks").enumerated() {
      for (name, others) in findings.members(entry, at: "\(place).fallbacks[\(index)]") {
        guard name != "*" else {
          findings.left("\(place).fallbacks.*", "put the target last in each route")
          continue
        }
        let names = findings.list(others, at: "\(place).fallbacks.\(name)")
        if names.contains(where: { $0.string == nil }) {
          findings.left("\(place).fallbacks.\(name)", "a fallback is the name of a model")
        }
        fallbacks.append((name, names.compactMap(\.string)))
      }
    }
  }
}
