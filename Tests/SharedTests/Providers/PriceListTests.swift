import Testing

@testable import Shared

@Suite("The list of prices that comes with Sluice")
struct PriceListTests {
  @Test("every model of the file is read, with a price that can be true")
  func whole() throws {
    let bytes = PackageResources.prices_json
    let file = try JSONParser.parse(String(decoding: bytes, as: UTF8.self))
    let models = try #require(file["models"]?.object)
    let list = PriceList(bytes)
    #expect(list.count == models.count && list.count > 500)
    #expect(list.date == file["date"]?.string && list.date.count == 10)
    for (name, facts) in models {
      let target = try #require(Target(description: name))
      let listed = try #require(list.model(target.model, of: target.provider), "\(name)")
      #expect(listed.contextWindow == facts["context_window"]?.integer.map { Int($0) }, "\(name)")
      for member in PriceMember.allCases {
        let dollars = facts[member.rawValue]?.double
        #expect(listed.price.rates[member]?.dollars == dollars, "\(name)")
        #expect(dollars ?? 0 <= 1000, "\(name)")
      }
    }
  }

  @Test(
    "an answer that costs as much as its prompt does not cost nothing",
    arguments: [
      "perplexity/sonar", "mistral/ministral-8b-latest", "together/deepseek-ai/DeepSeek-V3",
      "zai/glm-4-32b-0414-128k",
    ])
  func alike(name: String) throws {
    let target = try #require(Target(description: name))
    let price = try #require(PriceList.current.model(target.model, of: target.provider)?.price)
    #expect(price.rates.rate(.output).rawValue >= price.input.rawValue)
  }

  @Test(
    "the models that are asked by default have prices", arguments: ["gemini", "groq", "openrouter"])
  func presets(name: String) throws {
    let preset = try #require(ProviderPreset.all.first { $0.name == name })
    for model in preset.models {
      #expect(PriceTable.list[Target(provider: name, model: model)] != nil, "\(model)")
    }
  }

  private func catalog(_ provider: String, prices: String = "") throws -> ProviderCatalog {
    let file = try ProviderFile("providers:\n  - {\(provider), models: [gpt-4o]}", file: "f")
    return try ProviderCatalog(ProcessEnvironment(["MODEL_PRICES": prices]), file: file)
  }

  @Test(
    "a price is found by the provider's name, its preset or its host",
    arguments: [
      "name: openai, dialect: openai, base_url: http://127.0.0.1:1/v1",
      "name: mine, dialect: openai, base_url: https://api.openai.com/v1",
      "name: mine, dialect: openai, base_url: 'https://eu.api.openai.com:443/v1'",
      "name: mine, dialect: openai, base_url: http://proxy, preset: openai",
      "name: mine, dialect: openai, base_url: https://my-resource.openai.azure.com/openai/v1",
    ])
  func found(provider: String) throws {
    let catalog = try catalog(provider)
    let known = try #require(catalog.providers.last)
    #expect(catalog.prices[known.defaultTarget]?.input.rawValue == 2_500_000_000)
    let model = catalog.models(of: known)[0]
    #expect(model.contextWindow == 128_000 && model.maxOutputTokens == 16_384)
  }

  @Test(
    "a server that is somebody else's has no price of a name that it shares",
    arguments: [
      "name: mine, dialect: openai, base_url: https://api.openai.com.evil.example/v1",
      "name: mine, dialect: openai, base_url: https://notapi.openai.com/v1",
      "name: openai, dialect: openai, base_url: http://127.0.0.1:1, preset: vllm",
      "name: openai, dialect: openai, base_url: https://api.groq.com/openai/v1",
    ])
  func notFound(provider: String) throws {
    let catalog = try catalog(provider)
    let known = try #require(catalog.providers.last)
    #expect(catalog.prices[known.defaultTarget] == nil)
  }

  @Test("what an operator says stands above the list as a whole")
  func overridden() throws {
    let catalog = try catalog(
      "name: openai, dialect: openai, base_url: https://api.openai.com/v1", prices: "openai/gpt-4o=1:2")
    let target = Target(provider: "openai", model: "gpt-4o")
    #expect(catalog.prices[target]?.rates.rate(.cachedInput).rawValue == 1_000_000_000)
    #expect(catalog.prices.listed(target)?.price.rates.rate(.cachedInput).rawValue == 1_250_000_000)
  }
}
