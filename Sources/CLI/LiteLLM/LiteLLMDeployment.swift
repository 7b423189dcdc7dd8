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
  init?(
    _ entry: JSONValue, at place: String, _ variables: inout LiteLLMVariables,
    _ findings: inout LiteLLMFindings
  ) {
    let params = entry["litellm_params"]?.object ?? [:]
    guard let group = entry["model_name"]?.string, let asked = params["model"]?.string else {
      findings.left(place, "it has no model_name, or no model")
      return nil
    }
    guard let (provider, named) = LiteLLMProvider.read(asked) else {
      findings.left(
        place,
        "\"\(group)\" is \(asked), whose API is not spoken here; a provider that speaks OpenAI's dialect can be declared"
      )
      return nil
    }
    let told = (params["api_base"] ?? params["base_url"])?.string
    guard let url = provider.url(told),
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
    let sizes = LiteLLMSizes(params, info, at: place, &findings)
    model = ProviderFileText.Model(name: provider.deployment(told) ?? named, members: sizes.members)
    variable = variables.variable(params["api_key"], of: provider, at: url, place, &findings)
    weight = sizes.weight
    quotas = sizes.quotas
    findings.left(
      membersOf: params, besides: Self.readOfParams, at: "\(place).litellm_params", hints: Self.hintsOfParams)
    let others = info.filter { !$0.key.hasPrefix("supports_") }
    findings.left(membersOf: others, besides: Self.readOfInfo, at: "\(place).model_info")
  }
}
