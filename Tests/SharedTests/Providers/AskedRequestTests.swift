import Testing

@testable import Shared

@Suite("What a request can cost by the catalogue")
struct AskedRequestTests {
  private static let price = ModelPrice(
    input: NanoDollars(rawValue: 1_000_000_000), output: NanoDollars(rawValue: 2_000_000_000))

  private let catalog = ProviderCatalog(
    providers: [
      Provider(
        name: "acme", dialect: .chat, baseURL: "https://acme.example/v1", access: .open, defaultModel: "big",
        models: [
          ProviderModel(name: "big", price: AskedRequestTests.price, maxOutputTokens: 100),
          ProviderModel(name: "unpriced"),
        ]),
      Provider(
        name: "closed", dialect: .chat, baseURL: "https://closed.example/v1",
        access: .off(needs: "CLOSED_KEY"),
        defaultModel: "shut"),
    ],
    routes: [
      ProviderRoute(
        name: "smart", hedgeAfter: .seconds(1),
        targets: [
          WeightedTarget(Target(provider: "acme", model: "big")),
          WeightedTarget(Target(provider: "acme", model: "unpriced")),
        ])
    ], prices: .list)

  private func request(maxTokens: Int?) -> JobRequest {
    .chat(
      Conversation(
        model: "smart", turns: [Turn(role: .user, parts: [.text(String(repeating: "x", count: 384))])],
        parameters: Parameters(maxTokens: maxTokens)))
  }

  @Test("prompt, answer, targets and hedging are taken over")
  func asked() throws {
    let route = try catalog.route(for: "smart")
    let asked = catalog.asked(
      request(maxTokens: 50), over: route, isPriced: true, lane: .batch, bytes: 7, user: "anna")
    #expect(asked.promptTokens == 100 && asked.maxTokens == 50 && asked.mayPayTwice)
    #expect(asked.lane == .batch && asked.bytes == 7 && asked.user == "anna" && asked.model == "smart")
    #expect(asked.targets.count == 2)
    // A thousandth of a cent a token, and twice that for answers; twice all of it.
    #expect(asked.highestCost == NanoDollars(rawValue: 2 * (100 * 1000 + 50 * 2000)))
    let unbounded = catalog.asked(
      request(maxTokens: nil), over: route, isPriced: true, lane: .batch, bytes: 7, passesOverUnpriced: true)
    #expect(unbounded.targets.count == 1)
    #expect(unbounded.highestCost == NanoDollars(rawValue: 2 * (100 * 1000 + 100 * 2000)))
    #expect(
      catalog.asked(request(maxTokens: nil), over: route, isPriced: false, lane: .batch, bytes: 7).targets
        .isEmpty)
  }

  @Test("an embedding has no answer to reserve")
  func embeddings() throws {
    let asked = catalog.asked(
      .embedding(EmbeddingRequest(model: "acme/big", input: ["abcd"])),
      over: try catalog.route(for: "acme/big"), isPriced: true, lane: .interactive, bytes: 7)
    #expect(asked.maxTokens == 0)
    #expect(asked.tokens == asked.promptTokens)
  }

  @Test("the dearest kind of tokens that a request may have is what it can cost")
  func kinds() {
    var rates = PriceRates(input: NanoDollars(rawValue: 1_000_000), output: NanoDollars(rawValue: 2_000_000))
    rates[.cacheWrite] = NanoDollars(rawValue: 3_000_000)
    rates[.audioOutput] = NanoDollars(rawValue: 9_000_000)
    rates[.reasoning] = NanoDollars(rawValue: 1_000_000)
    let price = ModelPrice(rates)
    func cost(_ kinds: Set<PriceMember>) -> Int64 {
      price.highestCost(promptTokens: 10, answerTokens: 10, kinds: kinds).rawValue
    }
    #expect(cost([]) == 30)
    #expect(cost([.reasoning, .imageInput]) == 30)
    #expect(cost([.cacheWrite]) == 50)
    #expect(cost([.cacheWrite, .audioOutput]) == 120)
  }

  @Test(
    "names that mean something here are known, also those that are off, and patterns that a name is like",
    arguments: [
      ("smart", true), ("default", true), ("acme/big", true), ("acme/any", true), ("big", true),
      ("closed/shut", true),
      ("shut", true), ("acme/*", true), ("bi*", true), ("*art", true), ("gpt-9", false),
      ("nobody/big", false),
      ("gpt-*", false), ("nobody/*", false),
    ])
  func names(name: String, isKnown: Bool) {
    #expect(catalog.knows(name) == isKnown)
  }
}
