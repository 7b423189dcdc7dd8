import Shared

/// One entry of LiteLLM's `model_list`, as far as it has a meaning here.
struct LiteLLMDeployment: Sendable {
  let group: String
  let provider: LiteLLMProvider
  let baseURL: String
  let model: ProviderFileText.Model
  /// The variable that holds its key; nil for none.
  let variable: String?
  let weight: Int
  let quotas: [String]

  private static let readOfParams: Set<String> = [
    "model", "api_key", "api_base", "base_url", "rpm", "tpm", "weight", "input_cost_per_token",
    "output_cost_per_token",
    "cache_read_input_token_cost", "cache_creation_input_token_cost",
  ]
  private static let hintsOfParams = [
    "api_version": "Azure's /openai/v1 has none", "timeout": "say `timeouts: {total: …}` of the provider",
    "stream_timeout": "say `timeouts: {stream_total: …}` of the provider",
    "max_retries": "say `retries` of the route",
    "max_parallel_requests": "say WORKER_CONCURRENCY, or a limit of tenants",
    "organization": "say `headers: {OpenAI-Organization: …}` of the provider",
    "extra_headers": "say `headers` of the provider; keys never stand there",
    "order": "the order of a route's targets is that of its list",
    "drop_params": "say `on_unsupported: drop` of the route, which is so by itself",
    "max_budget": "budgets belong to tenants, users and keys",
    "budget_duration": "budgets belong to tenants, users and keys",
  ]
  private static let readOfInfo: Set<String> = [
    "id", "mode", "base_model", "db_model", "max_input_tokens", "max_output_tokens", "max_tokens",
    "input_cost_per_token",
    "output_cost_per_token", "cache_read_input_token_cost", "cache_creation_input_token_cost",
  ]
  /// Of what `mode` says; other kinds of models have no route here yet.
  private static let modes = ["chat", "completion", "embedding", "responses"]

  /// Nil where it cannot be asked here, which is noted.
  init?(_ entry: JSONValue, at place: String, _ findings: inout LiteLLMFindings) {
    let params = entry["litellm_params"]?.object ?? [:]
    guard let group = entry["model_name"]?.string, let asked = params["model"]?.string else {
      findings.left(place, "it has no model_name, or no model")
      return nil
    }
    guard let (provider, name) = LiteLLMProvider.read(asked) else {
      findings.left(
        place,
        "\"\(group)\" is \(asked), whose API is not spoken here; a provider that speaks OpenAI's dialect can be declared"
      )
      return nil
    }
    guard let url = provider.url((params["api_base"] ?? params["base_url"])?.string),
      !url.hasPrefix("os.environ/")
    else {
      findings.left(place, "\"\(group)\" (\(asked)): nothing says where it is; write the base_url by hand")
      return nil
    }
    let info = entry["model_info"]?.object ?? [:]
    if let mode = info["mode"]?.string, !Self.modes.contains(mode) {
      findings.left("\(place).model_info.mode", "models for \(mode) have no route here")
    }
    self.group = group
    self.provider = provider
    baseURL = url
    model = ProviderFileText.Model(name: name, members: Self.members(params, info))
    variable = Self.variable(params["api_key"]?.string, provider, place, &findings)
    weight = Self.weight(params["weight"])
    quotas = Self.quotas(params)
    findings.left(
      membersOf: params, besides: Self.readOfParams, at: "\(place).litellm_params", hints: Self.hintsOfParams)
    let told = info.filter { !$0.key.hasPrefix("supports_") }
    findings.left(membersOf: told, besides: Self.readOfInfo, at: "\(place).model_info")
  }

  // MARK: - Its parts

  /// A key that stands in the file goes nowhere.
  private static func variable(
    _ key: String?, _ provider: LiteLLMProvider, _ place: String, _ findings: inout LiteLLMFindings
  ) -> String? {
    guard let key, !key.isEmpty else { return provider.variable }
    let prefix = "os.environ/"
    if key.hasPrefix(prefix) { return String(key.dropFirst(prefix.count)) }
    guard
      provider.variable != nil || !["none", "dummy", "sk-1234", "anything", "na"].contains(key.lowercased())
    else {
      return nil
    }
    let variable = provider.variable ?? "\(provider.name.uppercased())_API_KEY"
    findings.left(
      "\(place).litellm_params.api_key",
      "the key in the file is not copied; put it into the variable \(variable)")
    return variable
  }

  private static func weight(_ value: JSONValue?) -> Int {
    guard let weight = value?.double else { return 1 }
    return Int(min(max(weight.rounded(), 1), 1000))
  }

  private static func quotas(_ params: JSONObject) -> [String] {
    [("rpm", "requests"), ("tpm", "tokens")].compactMap { name, unit in
      params[name]?.integer.flatMap { $0 > 0 ? "\($0) \(unit)/minute" : nil }
    }
  }

  /// Prices of a million tokens, and lengths.
  private static func members(_ params: JSONObject, _ info: JSONObject) -> [String: String] {
    var members: [String: String] = [:]
    for (name, price) in [
      ("input", "input_cost_per_token"), ("output", "output_cost_per_token"),
      ("cached_input", "cache_read_input_token_cost"), ("cache_write", "cache_creation_input_token_cost"),
    ] {
      // A token's price may have more places than there are; a million's has not.
      guard let dollars = (params[price] ?? info[price])?.double, dollars >= 0, dollars < 1000 else {
        continue
      }
      members[name] = NanoDollars(rawValue: Int64((dollars * 1e15).rounded())).description
    }
    // A price is of both or none.
    if members["input"] == nil || members["output"] == nil {
      for name in ["input", "output", "cached_input", "cache_write"] { members[name] = nil }
    }
    if let length = info["max_input_tokens"]?.integer, length > 0 {
      members["context_window"] = String(length)
    }
    if let length = info["max_output_tokens"]?.integer, length > 0 {
      members["max_output_tokens"] = String(length)
    }
    return members
  }
}
