import Shared
import Testing

@testable import CLI

@Suite("LiteLLM's deployments")
struct LiteLLMDeploymentTests {
  private func plan(_ deployments: String..., more: String = "") throws -> LiteLLMPlan {
    let list = deployments.map { "  - {model_name: m, litellm_params: {\($0)}}" }.joined(separator: "\n")
    return try LiteLLMPlan(
      files: [("config.yaml", "model_list:\n\(list)\n\(more)\n")], tenant: "default", now: 1_800_000_000_000)
  }

  private func keys(_ plan: LiteLLMPlan) throws -> [[String]] {
    try #require(plan.file).providers.map(\.keys)
  }

  @Test("a key that stands in the file is a variable of its host's, never that of a provider elsewhere")
  func literalKeys() throws {
    let plan = try plan(
      "model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY",
      "model: openai/a, api_base: 'http://one.example:8000/v1', api_key: sk-one",
      "model: openai/b, api_base: 'http://two.example/v1', api_key: sk-two",
      "model: openai/c, api_base: 'http://two.example/v1', api_key: sk-three",
      "model: openai/d, api_base: 'http://two.example/other/v1', api_key: sk-two")
    #expect(
      try keys(plan) == [
        ["OPENAI_API_KEY"], ["API_KEY_OF_ONE_EXAMPLE_8000"],
        ["API_KEY_OF_TWO_EXAMPLE", "API_KEY_OF_TWO_EXAMPLE_2"], ["API_KEY_OF_TWO_EXAMPLE"],
      ])
    #expect(plan.findings.count { $0.place.hasSuffix("api_key") } == 4)
    let file = try #require(plan.file)
    #expect(!plan.text.contains("sk-") && !file.text.contains("sk-"))
  }

  @Test("a second key of a provider's own is another variable, and hosts of equal letters share none")
  func severalKeys() throws {
    let plan = try plan(
      "model: openai/gpt-4o", "model: openai/gpt-4o, api_key: sk-one",
      "model: openai/gpt-4o, api_key: sk-two",
      "model: openai/a, api_base: 'http://a-b.example/v1', api_key: sk-x",
      "model: openai/a, api_base: 'http://a.b.example/v1', api_key: sk-x",
      "model: openai/a, api_base: 'http://api.openai.com/v1', api_key: sk-x")
    #expect(
      try keys(plan) == [
        ["OPENAI_API_KEY", "OPENAI_API_KEY_2", "OPENAI_API_KEY_3"], ["API_KEY_OF_A_B_EXAMPLE"],
        ["API_KEY_OF_A_B_EXAMPLE_2"], ["API_KEY_OF_API_OPENAI_COM"],
      ])
  }

  @Test(
    "what stands there for no key is none",
    arguments: ["none", "'null'", "EMPTY", "dummy", "not-needed", "null", "''", "' '"])
  func placeholders(key: String) throws {
    let plan = try plan("model: openai/a, api_base: 'http://vllm:8000/v1', api_key: \(key)")
    #expect(try keys(plan) == [[]])
  }

  @Test("where no key is named, none goes to another host than the provider's, and that is told")
  func unsaidKeys() throws {
    let plan = try plan(
      "model: openai/a, api_base: 'http://vllm:8000/v1'", "model: groq/b",
      "model: hosted_vllm/c, api_base: 'http://v'")
    #expect(try keys(plan) == [[], ["GROQ_API_KEY"], []])
    #expect(
      plan.findings.contains { $0.place == "model_list[0].litellm_params.api_base" && $0.kind == .changed })
  }

  @Test(
    "a variable is named as the file of providers takes it",
    arguments: ["MY KEY", "my_key", "9K", "K}, x: {y"])
  func variableNames(name: String) throws {
    let plan = try plan("model: xai/grok, api_key: 'os.environ/\(name)'")
    let variable = try #require(try keys(plan).first?.first)
    #expect(variable != name && variable.allSatisfy { $0 == "_" || $0.isNumber || ("A"..."Z").contains($0) })
    #expect(variable.first?.isNumber == false)
    #expect(plan.findings.contains { $0.place.hasSuffix("api_key") && $0.reason.contains(variable) })
  }

  @Test(
    "Azure's address loses what stands behind the resource, and the deployment that it names is asked",
    arguments: [
      ("https://r.openai.azure.com", "mine"), ("https://r.openai.azure.com/openai/v1/", "mine"),
      ("https://r.openai.azure.com/openai/deployments/dep", "dep"),
      ("https://r.openai.azure.com/openai/deployments/dep/chat/completions?api-version=2024-02-01", "dep"),
    ])
  func azure(address: String, model: String) throws {
    let file = try #require(
      try plan("model: azure/mine, api_base: '\(address)', api_key: os.environ/AZ").file)
    #expect(file.providers.map(\.baseURL) == ["https://r.openai.azure.com/openai/v1"])
    #expect(file.providers[0].models.map(\.name) == [model])
  }

  @Test("prices, weights and quotas that cannot be carried over are listed")
  func numbers() throws {
    let plan = try plan(
      "model: openai/a, input_cost_per_token: 0.000001",
      "model: openai/b, input_cost_per_token: 0.000001, output_cost_per_token: 0.000002",
      "model: openai/b, input_cost_per_token: 0.000003, output_cost_per_token: 0.000004",
      "model: openai/c, input_cost_per_token: free, output_cost_per_token: '0.000002', weight: 0.2, rpm: many, tpm: '7'"
    )
    let file = try #require(plan.file)
    #expect(file.providers[0].models.map(\.members) == [[:], ["input": "1", "output": "2"], [:]])
    let places = plan.findings.map(\.place)
    for place in [
      "model_list[0].litellm_params.input_cost_per_token", "model_list \"m\"",
      "model_list[3].litellm_params.input_cost_per_token",
      "model_list[3].litellm_params.output_cost_per_token",
      "model_list[3].litellm_params.weight", "model_list[3].litellm_params.rpm",
    ] { #expect(places.contains(place), "\(place)") }
    #expect(plan.findings.contains { $0.reason.contains("openai/b the first hold: input 1, output 2") })
  }

  @Test("what has another shape than LiteLLM's is listed, and nothing is said to be complete")
  func shapes() throws {
    for (text, place) in [
      ("model_list: 5", "model_list"), ("model_list: []\nrouter_settings: x", "router_settings"),
      ("model_list: []\nrouter_settings: {fallbacks: x}", "router_settings.fallbacks"),
      ("model_list: []\nrouter_settings: {model_group_alias: {a: 5}}", "router_settings.model_group_alias.a"),
    ] {
      let plan = try LiteLLMPlan(files: [("c.yaml", text)], tenant: "default", now: 0)
      #expect(plan.findings.map(\.place).contains(place), "\(place)")
      #expect(!plan.text.contains("Everything is carried over"))
    }
  }
}
