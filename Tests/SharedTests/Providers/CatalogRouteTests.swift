import Testing

@testable import Shared

@Suite("Routes of a catalog")
struct CatalogRouteTests {
  private let catalog = ProviderCatalog(
    providers: [
      Provider(
        name: "one", dialect: .chat, baseURL: "http://one", access: .key(Secret("k")),
        defaultModel: "small",
        models: [
          ProviderModel(name: "large", price: ModelPrice(input: .zero, output: .zero), contextWindow: 8192),
          ProviderModel(name: "meta/shared"),
        ]),
      Provider(
        name: "local", dialect: .chat, baseURL: "http://local", access: .open, defaultModel: "meta/shared"),
      Provider(
        name: "locked", dialect: .messages, baseURL: "http://locked", access: .off(needs: "LOCKED_KEY"),
        defaultModel: "claude", models: [ProviderModel(name: "meta/shared")]),
    ],
    routes: [
      ProviderRoute(
        name: "quick", strategy: .fastest, hedgeAfter: .milliseconds(800), retries: 2,
        targets: [
          WeightedTarget(Target(provider: "locked", model: "claude")),
          WeightedTarget(Target(provider: "local", model: "any"), weight: 3),
        ]),
      ProviderRoute(
        name: "dark", targets: [WeightedTarget(Target(provider: "locked", model: "claude"))]),
    ], prices: .list)

  private func targets(_ model: String) throws -> [String] {
    try catalog.targets(for: model).map(\.description)
  }

  @Test("a route's name stands for those of its targets that can be asked, with all that the route says")
  func named() throws {
    let route = try catalog.route(for: "quick")
    #expect(route.strategy == .fastest && route.hedgeAfter == .milliseconds(800) && route.retries == 2)
    #expect(route.targets == [WeightedTarget(Target(provider: "local", model: "any"), weight: 3)])
  }

  @Test("default is every provider that has a key or needs none")
  func defaultRoute() throws {
    #expect(try targets("default") == ["one/small", "local/meta/shared"])
    #expect(catalog.routes.map(\.name) == ["default", "quick", "dark"])
  }

  @Test("a route of that name takes the place of default")
  func redefined() throws {
    let target = WeightedTarget(Target(provider: "local", model: "x"))
    let catalog = ProviderCatalog(
      providers: catalog.providers, routes: [ProviderRoute(name: "default", targets: [target])], prices: .list
    )
    #expect(try catalog.route(for: "default").targets == [target])
    #expect(catalog.routes.count == 1)
  }

  @Test("a model's bare name is asked of every provider that lists it, slashes in it included")
  func bareName() throws {
    #expect(try targets("large") == ["one/large"])
    #expect(try targets("small") == ["one/small"])
    #expect(try targets("meta/shared") == ["one/meta/shared", "local/meta/shared"])
  }

  @Test("a provider's name before a slash wins over a model of that name")
  func providerFirst() throws {
    #expect(try targets("local/meta/shared") == ["local/meta/shared"])
    #expect(try targets("one/unheard-of") == ["one/unheard-of"])
  }

  @Test("what only providers without a key have is refused with the variable that would hold it")
  func off() {
    #expect(throws: RoutingError.routeIsOff("dark", needs: ["LOCKED_KEY"])) { try catalog.route(for: "dark") }
    let error = RoutingError.providerIsOff("locked", needs: "LOCKED_KEY")
    for name in ["claude", "locked/claude", "locked/other"] {
      #expect(throws: error) { try catalog.route(for: name) }
    }
  }

  @Test(
    "a name that is none is refused without the names that there are, of which the key may be kept from some")
  func unknown() {
    let error = RoutingError.unknownName("fast")
    #expect(throws: error) { try catalog.route(for: "fast") }
    #expect(
      error.description
        == #"there is no route or model "fast"; GET /v1/models lists what may be asked"#)
  }

  @Test("clients are shown routes, then models, and none that leads nowhere")
  func publicModels() {
    #expect(
      catalog.publicModels.map(\.id) == [
        "default", "quick", "one/small", "one/large", "one/meta/shared", "local/meta/shared",
      ])
    #expect(catalog.publicModels.map(\.owner) == ["sluice", "sluice", "one", "one", "one", "local"])
  }

  @Test(
    "a provider's models come with the prices that hold, its own before the list, an operator's before both")
  func prices() throws {
    let target = Target(provider: "one", model: "large")
    #expect(catalog.prices[target]?.input == .zero)
    let price = ModelPrice(input: NanoDollars(rawValue: 5), output: NanoDollars(rawValue: 7))
    let changed = ProviderCatalog(
      providers: catalog.providers, prices: .list, priceOverrides: [(target, price)])
    #expect(changed.prices[target]?.input.rawValue == 5)
    let one = try #require(changed.provider(named: "one"))
    #expect(changed.models(of: one).map(\.name) == ["small", "large", "meta/shared"])
    #expect(changed.models(of: one)[1].price?.output.rawValue == 7)
    #expect(changed.models(of: one)[1].contextWindow == 8192)
  }
}
