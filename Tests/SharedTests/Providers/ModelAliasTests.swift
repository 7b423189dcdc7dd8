import Testing

@testable import Shared

@Suite("Aliases of models")
struct ModelAliasTests {
  private static let text = """
    providers:
      - {name: one, dialect: openai, base_url: http://a, models: [small, gpt-5-listed]}
      - {name: dark, dialect: anthropic, base_url: http://b, key: {env: DARK}, models: [claude-listed]}
    routes:
      - {name: smart, targets: [one/small]}
      - {name: other, targets: [one/gpt-5-listed]}
    aliases:
      claude-*: smart
      claude-*-mini: other
      claude-haiku: other
      gpt-5*: small
      anthropic/*: one/any
      "*opus*": smart
    """

  private func catalog() throws -> ProviderCatalog {
    try ProviderCatalog(ProcessEnvironment([:]), file: ProviderFile(Self.text, file: "s.yaml"))
  }

  @Test(
    "an alias leads where what it stands for does: an exact one first, then the longest pattern",
    arguments: [
      ("claude-sonnet-4-5", "one/small"), ("claude-x-mini", "one/gpt-5-listed"),
      ("claude-haiku", "one/gpt-5-listed"), ("gpt-5.1-codex", "one/small"), ("anthropic/claude", "one/any"),
      ("my-opus-1", "one/small"),
    ])
  func meaning(name: String, target: String) throws {
    #expect(try catalog().targets(for: name).map(\.description) == [target])
  }

  @Test("what has the name itself goes before an alias: a route, a provider's model, a listed model")
  func order() throws {
    let catalog = try catalog()
    #expect(try catalog.targets(for: "gpt-5-listed").map(\.description) == ["one/gpt-5-listed"])
    #expect(try catalog.targets(for: "one/claude-3").map(\.description) == ["one/claude-3"])
    #expect(catalog.meaning(ofAlias: "gpt-5-listed") == nil)
    #expect(catalog.meaning(ofAlias: "smart") == nil)
    #expect(catalog.meaning(ofAlias: "gpt-5.1") == "small")
    // A model that is listed and off says which key it lacks, and not something else in its place.
    #expect(throws: RoutingError.providerIsOff("dark", needs: "DARK")) {
      try catalog.route(for: "claude-listed")
    }
  }

  @Test("lists show the aliases that are no patterns, and records may name any of them")
  func listed() throws {
    let catalog = try catalog()
    let ids = catalog.publicModels.map(\.id)
    #expect(ids.contains("claude-haiku") && !ids.contains { $0.contains("*") })
    #expect(catalog.knows("claude-haiku") && catalog.knows("claude-*") && catalog.knows("claude-sonnet"))
    #expect(!catalog.knows("mistral-*"))
    #expect(catalog.named("claude-haiku").meaning == "other")
    #expect(catalog.named("one/small").owner == "one")
  }

  @Test("a key may ask an alias that it or what it stands for names, and limits of both count it")
  func judged() {
    func policy(_ names: [String]) -> AccessPolicy {
      let material = KeyMaterial()
      var key = APIKey(
        id: KeyID(unixMilliseconds: 1_795_835_794_000), tenant: .one(.default),
        digest: KeyDigest(of: material.secret, under: .init(data: Array("0123456789abcdef".utf8))),
        hint: material.hint, createdAt: 1_795_835_794_000)
      key.models = AllowedModels(names: names)
      return AccessPolicy(tenant: Tenant(id: .default), key: key)
    }
    let alias = PublicModel(id: "claude-haiku", owner: "sluice", meaning: "other")
    #expect(policy(["other"]).allows(alias))
    #expect(policy(["claude-*"]).allows(alias))
    #expect(!policy(["smart"]).allows(alias))
    #expect(throws: AccessDenial.mayNotAsk(model: "claude-haiku", of: "this key")) {
      try policy(["smart"]).check(model: "other", alias: "claude-haiku")
    }
    for counted in ["other", "claude-*"] {
      let limit = Limit(3, .queued, model: counted)
      #expect(limit.counts("other", or: "claude-haiku"))
    }
    #expect(!Limit(3, .queued, model: "smart").counts("other", or: "claude-haiku"))
  }

  @Test("a reload says which aliases have changed")
  func change() throws {
    let before = try catalog()
    let text = Self.text.replacing("claude-haiku: other", with: "claude-haiku: smart")
      .replacing("gpt-5*: small\n", with: "gpt-6*: small\n")
    let after = try ProviderCatalog(ProcessEnvironment([:]), file: ProviderFile(text, file: "s.yaml"))
    #expect(
      CatalogChange(from: before, to: after).description
        == "aliases: added gpt-6*; changed claude-haiku; removed gpt-5*")
  }
}
