import Testing

@testable import Shared

@Suite("What a model's name stands for")
struct ProviderCatalogTests {
  private func catalog(_ environment: [String: String]) throws -> ProviderCatalog {
    try ProviderCatalog(ProcessEnvironment(environment))
  }

  @Test("default is every provider with a key, in the cascade's order")
  func defaultRoute() throws {
    let catalog = try catalog([
      "GEMINI_API_KEY": "a", "OPENROUTER_API_KEY": "b", "CASCADE": "openrouter, gemini,groq",
      "GEMINI_MODEL": "gemini-x",
    ])
    let targets = try catalog.targets(for: "default")
    #expect(targets.map(\.provider) == ["openrouter", "gemini"])
    #expect(targets.last?.model == "gemini-x")
  }

  @Test("provider/model is that one target, slashes in the model included")
  func oneTarget() throws {
    let catalog = try catalog(["OPENROUTER_API_KEY": "b"])
    #expect(
      try catalog.targets(for: "openrouter/meta-llama/llama:free")
        == [Target(provider: "openrouter", model: "meta-llama/llama:free")])
  }

  @Test("names that lead nowhere are refused with where to look")
  func wrongNames() throws {
    let catalog = try catalog(["GROQ_API_KEY": "b"])
    for name in ["fast", "groq/", "/x", ""] {
      #expect(throws: RoutingError.unknownName(name)) { try catalog.targets(for: name) }
    }
    #expect(throws: RoutingError.providerIsOff("gemini", needs: "GEMINI_API_KEY")) {
      try catalog.targets(for: "gemini/x")
    }
    let unknown = RoutingError.unknownProvider(of: "acme/x")
    #expect(throws: unknown) { try catalog.targets(for: "acme/x") }
    #expect(
      unknown.description == #"there is no provider for "acme/x"; GET /v1/models lists what may be asked"#)
    let variables = ["GEMINI_API_KEY", "GROQ_API_KEY", "OPENROUTER_API_KEY"]
    #expect(throws: RoutingError.routeIsOff("default", needs: variables)) {
      try self.catalog([:]).targets(for: "default")
    }
  }

  @Test("a cascade of unknown or repeated providers is refused", arguments: ["acme", "groq,groq", ","])
  func wrongCascade(text: String) {
    #expect(throws: ConfigurationError.self) { try catalog(["CASCADE": text]) }
  }

  @Test("a price from the environment wins over the list")
  func prices() throws {
    let catalog = try catalog(["MODEL_PRICES": "groq/llama-3.3-70b-versatile=1:2.5, gemini/new/model=0.1:0"])
    let target = Target(provider: "groq", model: "llama-3.3-70b-versatile")
    let changed = catalog.prices[target]
    #expect(changed?.output == NanoDollars(rawValue: 2_500_000_000))
    #expect(
      catalog.prices.listed(target)?.contextWindow == 131_072, "what is known of the model besides stays")
    #expect(catalog.prices[Target(provider: "gemini", model: "new/model")]?.input.rawValue == 100_000_000)
    #expect(throws: ConfigurationError.self) { try self.catalog(["MODEL_PRICES": "groq=1:2"]) }
  }
}
