import Shared
import Testing

@testable import CLI

@Suite("Moving from LiteLLM")
struct LiteLLMTests {
  private static let config = """
    model_list:
      - model_name: smart
        litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 500}
      - model_name: smart
        litellm_params: {model: azure/mine, api_base: "https://r.openai.azure.com/", api_key: os.environ/AZURE, weight: 2}
      - model_name: claude
        litellm_params: {model: anthropic/claude-x, api_key: sk-ant-secret, input_cost_per_token: 0.000003, output_cost_per_token: 0.000015}
      - model_name: nova
        litellm_params: {model: bedrock/nova, aws_region_name: us-east-1}
    router_settings: {num_retries: 2, fallbacks: [{claude: [smart]}], model_group_alias: {best: smart}}
    litellm_settings: {drop_params: True, cache: true}
    general_settings: {master_key: sk-1234}
    """

  private func plan(_ files: (String, String)...) throws -> LiteLLMPlan {
    try LiteLLMPlan(files: files.map { (name: $0.0, text: $0.1) }, tenant: "default", now: 1_800_000_000_000)
  }

  private func places(_ plan: LiteLLMPlan) -> [String] { plan.findings.map(\.place) }

  @Test("providers and routes come of a configuration, keys by the names of their variables")
  func configuration() throws {
    let plan = try plan(("config.yaml", Self.config))
    let file = try #require(plan.file)
    #expect(file.providers.map(\.name) == ["openai", "azure", "anthropic"])
    #expect(file.providers.map(\.keys) == [["OPENAI_API_KEY"], ["AZURE"], ["ANTHROPIC_API_KEY"]])
    #expect(file.providers[1].baseURL == "https://r.openai.azure.com/openai/v1")
    #expect(file.providers[2].models[0].members == ["input": "3", "output": "15"])
    #expect(file.routes.map(\.name) == ["smart", "claude", "best"])
    #expect(file.routes[0].strategy == "weighted" && file.routes[0].retries == 2)
    #expect(file.routes[1].targets.map(\.name) == ["anthropic/claude-x", "openai/gpt-4o", "azure/mine"])
    #expect(!file.text.contains("secret") && !plan.text.contains("secret"))
  }

  @Test("all of a configuration that has no counterpart is listed")
  func whatIsLeft() throws {
    let places = try places(plan(("config.yaml", Self.config)))
    for place in [
      "model_list[2].litellm_params.api_key", "model_list[3]", "litellm_settings.cache",
      "general_settings.master_key",
    ] { #expect(places.contains(place), "\(place)") }
    #expect(!places.contains("litellm_settings.drop_params"))
  }

  @Test("the file that is written is one that a gateway takes")
  func fileIsTaken() throws {
    let text = try #require(try plan(("config.yaml", Self.config)).file?.text)
    let json = try YAMLText.json(of: text)
    #expect(json["routes"]?[0]?["targets"]?[1] == ["target": "azure/mine", "weight": 2])
    #expect(json["providers"]?[0]?["quotas"] == ["500 requests/minute"])
  }

  private static let keys = """
    {"keys": [
      {"token": "88dc", "key_name": "sk-...abcd", "key_alias": "bot", "team_id": "t-1", "spend": 3.5, "max_budget": 50,
       "budget_duration": "30d", "rpm_limit": 100, "max_parallel_requests": 5, "models": ["smart", "nova"],
       "metadata": {"model_tpm_limit": {"smart": 10, "nova": 1}, "owner": "ann", "logging": [{"secret": "x"}]},
       "model_max_budget": {"smart": {"budget_limit": "0.5", "time_period": "1d"}}, "permissions": {}, "blocked": true},
      {"token": "99", "key_name": "sk-...old", "expires": "2020-01-01T00:00:00+00:00", "models": []},
      {"token": "77", "key_name": "sk-...zero", "models": [], "max_budget": 0},
      {"token": "66", "key_name": "sk-...none", "models": ["nova"], "allowed_routes": ["/chat"]}
    ], "total_pages": 1, "current_page": 1}
    """
  private static let teams = """
    [{"team_id": "t-1", "team_alias": "Search & Ads", "max_budget": 500, "budget_duration": "10d", "models": ["smart"],
      "members_with_roles": [{"user_id": "u", "role": "admin"}], "blocked": false, "metadata": {}}]
    """

  @Test("teams become tenants, and keys get successors with their limits and budgets")
  func records() throws {
    let plan = try plan(("config.yaml", Self.config), ("keys.json", Self.keys), ("teams.json", Self.teams))
    #expect(
      plan.tenants.count == 1 && plan.tenants[0]["id"] == "search-ads"
        && plan.tenants[0]["models"] == ["smart"])
    let bot = try #require(plan.keys.first)
    #expect(bot["tenant"] == "search-ads" && bot["name"] == "bot" && bot["enabled"] == false)
    #expect(
      bot["limits"] == [
        "100 requests/minute", "5 running", ["limit": "10 tokens/minute", "model": "smart"],
      ])
    #expect(
      bot["budgets"] == [
        ["usd": 50, "per": "month", "kind": "hard"],
        ["usd": 0.5, "per": "day", "kind": "hard", "model": "smart"],
      ])
    #expect(bot["models"] == ["smart"])
    #expect(
      bot["metadata"] == ["owner": "ann", "litellm_key": "sk-...abcd", "litellm_token": "88dc"])
  }

  @Test("what a key or team cannot take with it is listed, and nothing becomes freer than it was")
  func nothingIsFreer() throws {
    let plan = try plan(("config.yaml", Self.config), ("keys.json", Self.keys), ("teams.json", Self.teams))
    let places = places(plan)
    for place in [
      "team Search & Ads.max_budget", "team Search & Ads.members", "key bot.spend",
      "key bot.max_parallel_requests",
      "key bot.models", "key bot.metadata.logging", "key bot.model_tpm_limit.nova", "key sk-...old",
      "key sk-...zero.max_budget", "key sk-...none.allowed_routes",
    ] { #expect(places.contains(place), "\(place)") }
    // The expired one is not made; those that might ask nothing may ask nothing.
    #expect(plan.keys.count == 3)
    #expect(plan.keys[1]["enabled"] == false && plan.keys[2]["enabled"] == false)
  }

  @Test("large sums stay what they are, and what is more than a budget may be is listed")
  func largeSums() throws {
    let keys = """
      [{"token": "1", "key_alias": "a", "max_budget": 3000000}, {"token": "2", "key_alias": "b", "max_budget": 6000000},
       {"token": "3", "key_alias": "c", "max_budget": 1e12, "model_max_budget": {"gpt": {"budget_limit": 1500000.5, "time_period": "1d"}}}]
      """
    let plan = try plan(("keys.json", keys))
    #expect(plan.keys[0]["budgets"] == [["usd": 3_000_000, "per": "life", "kind": "hard"]])
    #expect(plan.keys[1]["budgets"] == nil)
    #expect(plan.keys[2]["budgets"] == [["usd": 1_500_000.5, "per": "day", "kind": "hard", "model": "gpt"]])
    let places = places(plan)
    #expect(places.contains("key b.max_budget") && places.contains("key c.max_budget"))
    #expect(plan.text.contains("3000000/life"))
  }

  @Test("a name is one that the server takes, and what it lost is listed")
  func names() throws {
    let long = String(repeating: "n", count: 201)
    let keys = """
      [{"token": "1", "key_alias": "bell\\u0007"}, {"token": "2", "key_alias": "\(long)"}, {"token": "3", "key_alias": "\\n"},
       {"token": "4", "key_alias": "d", "expires": 5, "models": []}, {"token": "5", "key_alias": "e", "models": "gpt-4o"}]
      """
    let plan = try plan(("keys.json", keys))
    #expect(plan.keys.map { $0["name"] } == ["bell ", .string(String(long.dropLast())), nil, "e"])
    // What is no list of models may have been a bound.
    #expect(plan.keys[3]["enabled"] == false)
    let listed = plan.findings.filter { $0.place.hasSuffix(".key_alias") }
    #expect(listed.count == 3)
    #expect(places(plan).contains("key d") && places(plan).contains("key e.models"))
  }

  @Test("the forms in which LiteLLM tells keys and teams are known, and pages that are missing are asked for")
  func forms() throws {
    let info = #"{"key": "h", "info": {"key_alias": "one", "team_id": "gone", "models": []}}"#
    let team =
      #"{"team_id": "t", "team_info": {"team_id": "t", "models": []}, "keys": [{"token": "k", "team_id": "t"}]}"#
    let plan = try plan(
      ("a.json", info), ("b.json", team), ("c.json", #"{"keys": [], "total_pages": 3, "current_page": 1}"#))
    #expect(plan.keys.map { $0["tenant"] } == ["gone", "t"])
    #expect(places(plan).contains("c.json") && places(plan).contains("team gone"))
    #expect(throws: CommandFailure.self) { try self.plan(("x.json", "no JSON")) }
    #expect(try places(self.plan(("y.json", #"["abc"]"#))) == ["y.json[0]"])
  }
}
