import FoundationEssentials
import TestSupport
import Testing

@testable import Shared

@Suite("A file of providers and routes")
struct ProviderFileTests {
  private func catalog(
    _ text: String, _ environment: [String: String] = [:]
  ) throws -> ProviderCatalog {
    try ProviderCatalog(ProcessEnvironment(environment), file: ProviderFile(text, file: "sluice.yaml"))
  }

  private let whole = """
    providers:
      - name: openai
        dialect: openai
        base_url: https://api.openai.com/v1/
        key: {env: OPENAI_API_KEY}
        headers: {X-Team: search, X-Number: 7}
        default_model: gpt-4o-mini
        models:
          - {name: gpt-4o-mini, input: 0.15, output: 0.60, context_window: 128000}
          - gpt-4.1
        quotas: ["500 requests/minute", "200000 tokens/minute"]
        timeouts: {connect: 5, first_byte: 60, idle: 30.5, total: 120, stream_total: 600}
      - name: local
        dialect: openai
        base_url: http://127.0.0.1:11434/v1
        key: null
        models: [llama3.2]
    routes:
      - name: smart
        strategy: weighted
        hedge_after: 0.8
        retries: 1
        sticky: true
        targets:
          - openai/gpt-4o-mini
          - {target: local/meta/llama, weight: 3}
    """

  @Test("everything that a file may say is taken over")
  func everything() throws {
    let catalog = try catalog(whole, ["OPENAI_API_KEY": "sk-1", "GROQ_API_KEY": "g", "CASCADE": "groq"])
    #expect(catalog.providers.map(\.name) == ["groq", "openai", "local"])
    let openAI = try #require(catalog.provider(named: "openai"))
    #expect(openAI.dialect == .chat && openAI.baseURL == "https://api.openai.com/v1")
    #expect(openAI.access == .key(Secret("sk-1")))
    #expect(openAI.headers == ["X-Team": "search", "X-Number": "7"])
    #expect(openAI.quotas.map(\.amount) == [500, 200_000])
    #expect(
      openAI.timeouts
        == ProviderTimeoutOverrides(
          connect: .seconds(5), firstByte: .seconds(60), idle: .milliseconds(30_500), total: .seconds(120),
          streamTotal: .seconds(600)))
    #expect(catalog.models(of: openAI).map(\.name) == ["gpt-4o-mini", "gpt-4.1"])
    #expect(catalog.models(of: openAI)[0].contextWindow == 128_000)
    let price = try #require(catalog.prices[openAI.defaultTarget])
    #expect(price.input.rawValue == 150_000_000 && price.output.rawValue == 600_000_000)
    let local = try #require(catalog.provider(named: "local"))
    #expect(local.access == .open && local.defaultModel == "llama3.2")
    let route = try catalog.route(for: "smart")
    #expect(route.strategy == .weighted && route.hedgeAfter == .milliseconds(800) && route.retries == 1)
    #expect(route.isSticky && catalog.isSticky("smart") && !catalog.isSticky("default"))
    #expect(
      route.targets == [
        WeightedTarget(Target(provider: "openai", model: "gpt-4o-mini")),
        WeightedTarget(Target(provider: "local", model: "meta/llama"), weight: 3),
      ])
    #expect(try catalog.targets(for: "default").map(\.provider) == ["groq", "openai", "local"])
  }

  @Test("JSON is YAML")
  func json() throws {
    let catalog = try catalog(
      #"{"providers": [{"name": "a", "dialect": "anthropic", "base_url": "https://a", "models": ["m"]}]}"#,
      ["CASCADE": "groq"])
    #expect(catalog.provider(named: "a")?.dialect == .messages)
    #expect(try catalog.targets(for: "default").map(\.description) == ["a/m"])
  }

  @Test("a provider of the file takes the place of the preset of its name, in its place of the cascade")
  func replacing() throws {
    let text = """
      providers:
        - {name: mine, dialect: openai, base_url: http://mine, models: [m]}
        - {name: gemini, dialect: openai, base_url: http://gemini, models: [n]}
      """
    let catalog = try catalog(text, ["GEMINI_API_KEY": "g", "GROQ_API_KEY": "g"])
    #expect(try catalog.targets(for: "default").map(\.provider) == ["gemini", "groq", "mine"])
    #expect(catalog.provider(named: "gemini")?.baseURL == "http://gemini")
    #expect(catalog.provider(named: "gemini")?.access == .open)
  }

  @Test("a route of the name default is what default stands for")
  func ownDefault() throws {
    let text = """
      routes:
        - {name: default, targets: [groq/x]}
      """
    let catalog = try catalog(text, ["GROQ_API_KEY": "g", "GEMINI_API_KEY": "g"])
    #expect(try catalog.targets(for: "default").map(\.description) == ["groq/x"])
  }

  @Test("a variable of a key that is not set turns its provider off, as with presets")
  func off() throws {
    let catalog = try catalog(whole)
    #expect(catalog.provider(named: "openai")?.access == .off(needs: "OPENAI_API_KEY"))
    #expect(try catalog.targets(for: "smart").map(\.provider) == ["local"])
  }

  @Test("an operator's MODEL_PRICES stand above the file's")
  func priceOverride() throws {
    let catalog = try catalog(whole, ["MODEL_PRICES": "openai/gpt-4o-mini=1:2"])
    #expect(catalog.prices[Target(provider: "openai", model: "gpt-4o-mini")]?.input.rawValue == 1_000_000_000)
  }

  @Test("a key may be in a file, and blanks around it do not matter; a file that holds none is an error")
  func keyFile() throws {
    let file = URL(filePath: "/tmp/sluice-key-\(UInt64.random(in: 0...UInt64.max))")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = """
      providers:
        - {name: a, dialect: openai, base_url: http://a, models: [m], key: {file: \(file.path())}}
      """
    let place = "sluice.yaml:2: providers[0].key.file names the file \"\(file.path())\", "
    #expect(throws: ConfigurationError(place + "which cannot be read; allowed is a file with a key")) {
      try catalog(text)
    }
    try Data("  hunter2\n".utf8).write(to: file)
    #expect(try catalog(text).provider(named: "a")?.access == .key(Secret("hunter2")))
    #expect(try ProviderFile(text, file: "f").keyFiles == [file.path()])
    for empty in ["", "\n"] {
      try Data(empty.utf8).write(to: file)
      #expect(throws: ConfigurationError(place + "which is empty; allowed is a file with a key")) {
        try catalog(text)
      }
    }
    for wrong in ["two words", "späß"] {
      try Data(wrong.utf8).write(to: file)
      let allowed = "which holds no key; allowed is visible ASCII characters without spaces"
      #expect(throws: ConfigurationError(place + allowed)) { try catalog(text) }
    }
  }

  @Test("a variable that holds no key is an error that does not show it")
  func wrongKey() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try catalog(whole, ["OPENAI_API_KEY": "hunter2 hunter3"])
    }
    #expect(error?.description.hasPrefix("sluice.yaml:5: providers[0].key.env names a variable") == true)
    #expect(error?.description.contains("hunter") == false)
  }

  @Test("a model may be asked in another dialect than its provider's others")
  func dialectOfModel() throws {
    let text = """
      providers:
        - name: openai
          dialect: openai
          base_url: https://api.openai.com/v1
          key: null
          models: [gpt-4o, {name: gpt-5.1, dialect: responses}]
        - {name: open, dialect: responses, base_url: "http://127.0.0.1:9/v1", key: null, models: [m]}
      """
    let catalog = try catalog(text, ["GROQ_API_KEY": "g"])
    let openAI = try #require(catalog.provider(named: "openai"))
    #expect(openAI.dialect(of: "gpt-4o") == .chat)
    #expect(openAI.dialect(of: "gpt-5.1") == .responses)
    #expect(catalog.models(of: openAI).map(\.dialect) == [nil, .responses])
    #expect(catalog.provider(named: "open")?.dialect(of: "any") == .responses)
  }

  @Test("the example that comes with Sluice is right, and shows every member that there is")
  func example() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "sluice.example.yaml"), encoding: .utf8)
    let keys = [
      "OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "MISTRAL_API_KEY": "k",
      "MISTRAL_SECOND_API_KEY": "k2", "DEEPSEEK_API_KEY": "k",
      "CASCADE": "groq", "GROQ_API_KEY": "g",
    ]
    let catalog = try catalog(text, keys)
    #expect(catalog.providers.allSatisfy { $0.isOn })
    #expect(Set(catalog.providers.map(\.dialect)).count > 1)
    #expect(Set(catalog.routes.map(\.strategy)) == Set(ProviderRoute.Strategy.allCases))
    #expect(catalog.routes.contains { $0.hedgeAfter != nil && $0.retries > 0 })
    for route in catalog.routes { #expect(throws: Never.self) { try catalog.route(for: route.name) } }
    #expect(catalog.routes.contains { $0.onUnsupported == .refuse })
    #expect(catalog.provider(named: "house")?.shape.send == ["safe_prompt": true])
    #expect(catalog.providers.contains { $0.keys.count > 1 })
    #expect(!catalog.aliases.all.isEmpty)
    for member in ["headers:", "quotas:", "timeouts:", "context_window:", "default_model:", "weight:"] {
      #expect(text.contains(member))
    }
  }
}
