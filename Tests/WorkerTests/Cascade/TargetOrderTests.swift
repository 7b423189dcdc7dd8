import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("In which order targets are asked")
struct TargetOrderTests {
  private let names = ["a", "b", "c"]

  private func target(_ name: String) -> Target { Target(provider: name, model: "m") }

  /// The first letters of so many orders, in one text each.
  private func orders(
    _ strategy: ProviderRoute.Strategy, weights: [Int] = [1, 1, 1], latencies: [String: Duration] = [:],
    prices: [String: (input: Int64, output: Int64)] = [:],
    usage: TokenUsage = TokenUsage(promptTokens: 100, completionTokens: 100), times: Int = 1
  ) -> [String] {
    let route = ProviderRoute(
      name: "r", strategy: strategy,
      targets: zip(names, weights).map { WeightedTarget(target($0), weight: $1) })
    let catalog = ProviderCatalog(
      providers: [], prices: .list,
      priceOverrides: prices.map { name, price in
        (
          target(name),
          ModelPrice(
            input: NanoDollars(rawValue: price.input), output: NanoDollars(rawValue: price.output))
        )
      })
    let order = TargetOrder(
      route: route, usage: usage,
      latencies: Dictionary(uniqueKeysWithValues: latencies.map { (target($0), $1) }), prices: catalog.prices)
    var generator = SplitMix(seed: 42)
    return (0..<times).map { _ in order.targets(using: &generator).map(\.provider).joined() }
  }

  private func share(_ orders: [String], where holds: (String) -> Bool) -> Double {
    Double(orders.count(where: holds)) / Double(orders.count)
  }

  @Test("ordered: as they are listed, every time")
  func ordered() {
    #expect(Set(orders(.ordered, weights: [1, 9, 5], latencies: ["c": .zero], times: 50)) == ["abc"])
  }

  @Test("weighted: each is first as often as its weight says, and none is left out")
  func weighted() {
    let orders = orders(.weighted, weights: [1, 3, 6], times: 20_000)
    #expect(orders.allSatisfy { $0.sorted() == ["a", "b", "c"] })
    #expect(abs(share(orders) { $0.hasPrefix("a") } - 0.1) < 0.01)
    #expect(abs(share(orders) { $0.hasPrefix("b") } - 0.3) < 0.01)
    #expect(abs(share(orders) { $0.hasPrefix("c") } - 0.6) < 0.01)
    // Once c is out, a and b stand 1 to 3.
    let rest = orders.filter { $0.hasPrefix("c") }
    #expect(abs(share(rest) { $0 == "cba" } - 0.75) < 0.02)
  }

  @Test("fastest: by what was measured, and one in twenty times another goes first")
  func fastest() {
    let orders = orders(
      .fastest, latencies: ["a": .seconds(3), "b": .seconds(1), "c": .seconds(2)], times: 20_000)
    #expect(abs(share(orders) { $0 == "bca" } - 0.95) < 0.01)
    #expect(abs(share(orders) { $0 == "cba" } - 0.025) < 0.005)
    #expect(abs(share(orders) { $0 == "abc" } - 0.025) < 0.005)
  }

  @Test("fastest: who is unknown goes first, in the listed order, to be measured")
  func unknown() {
    let some = orders(.fastest, latencies: ["a": .milliseconds(1)], times: 1000)
    #expect(share(some) { $0 == "bca" } > 0.9)
    #expect(share(orders(.fastest, times: 1000)) { $0 == "abc" } > 0.9)
  }

  @Test("cheapest: by what this request would cost, so a long answer may choose another than a long prompt")
  func cheapest() {
    let prices: [String: (Int64, Int64)] = ["a": (900, 100), "b": (100, 900), "c": (5000, 5000)]
    let prompt = TokenUsage(promptTokens: 1000, completionTokens: 10)
    let answer = TokenUsage(promptTokens: 10, completionTokens: 1000)
    #expect(orders(.cheapest, prices: prices, usage: prompt) == ["bac"])
    #expect(orders(.cheapest, prices: prices, usage: answer) == ["abc"])
  }

  @Test("cheapest: a difference below a nano-dollar is one; ties stay as listed; unknown prices go last")
  func smallPrices() {
    let tiny = TokenUsage(promptTokens: 1, completionTokens: 1)
    #expect(orders(.cheapest, prices: ["a": (3, 0), "b": (2, 0), "c": (1, 0)], usage: tiny) == ["cba"])
    #expect(orders(.cheapest, prices: ["a": (5, 5), "b": (5, 5), "c": (0, 0)]) == ["cab"])
    #expect(orders(.cheapest, prices: ["c": (9000, 9000)]) == ["cab"])
  }

  @Test("cheapest: the dearest price and the largest request do not overflow")
  func extremes() {
    let highest = ModelPrice.highest.rawValue
    let usage = TokenUsage(promptTokens: TokenUsage.limit, completionTokens: TokenUsage.limit)
    #expect(orders(.cheapest, prices: ["a": (highest, highest), "b": (1, 1)], usage: usage) == ["bac"])
  }

  @Test("a route of one target asks it", arguments: ProviderRoute.Strategy.allCases)
  func single(strategy: ProviderRoute.Strategy) {
    let order = TargetOrder(
      route: ProviderRoute(name: "r", strategy: strategy, targets: [WeightedTarget(target("a"))]),
      usage: .zero, latencies: [:], prices: .list)
    var generator = SplitMix(seed: 1)
    #expect((0..<100).allSatisfy { _ in order.targets(using: &generator) == [target("a")] })
  }
}
