import Shared

/// In which order a route's targets are asked. No I/O: what is known goes in, targets come out.
struct TargetOrder {
  /// How often another target than the fastest goes first, in a hundred: a target that has become faster is found
  /// out by nothing else.
  static let explorations = 5

  let route: ProviderRoute
  /// What the request will use, roughly.
  let usage: TokenUsage
  /// How long targets took of late; those that are missing are unknown.
  let latencies: [Target: Duration]
  let prices: PriceTable

  /// All targets of the route, each once.
  func targets(using generator: inout some RandomNumberGenerator) -> [Target] {
    guard route.targets.count > 1 else { return route.targets.map(\.target) }
    switch route.strategy {
    case .ordered: return route.targets.map(\.target)
    case .weighted:
      return WeightedDraw.order(route.targets, by: \.weight, using: &generator).map(\.target)
    case .fastest: return exploring(sorted(by: { latencies[$0] ?? .zero }), &generator)
    case .cheapest: return sorted(by: { prices[$0]?.femtoDollars(of: usage) ?? .max })
    }
  }

  /// Equal ones stay in the order in which they are listed.
  private func sorted(by key: (Target) -> some Comparable) -> [Target] {
    route.targets.enumerated()
      .map { (key: key($1.target), index: $0, target: $1.target) }
      .sorted { ($0.key, $0.index) < ($1.key, $1.index) }
      .map(\.target)
  }

  private func exploring(
    _ targets: [Target], _ generator: inout some RandomNumberGenerator
  ) -> [Target] {
    guard Int.random(in: 0..<100, using: &generator) < Self.explorations else { return targets }
    var targets = targets
    let other = targets.remove(at: Int.random(in: 1..<targets.count, using: &generator))
    return [other] + targets
  }
}
