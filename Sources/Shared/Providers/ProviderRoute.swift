/// A name that a request's `model` may be, and whom it stands for.
public struct ProviderRoute: Sendable, Hashable {
  /// In which order the targets are asked.
  public enum Strategy: String, Sendable, Hashable, CaseIterable {
    /// As they are listed.
    case ordered
    /// At random, each as often first as its weight says.
    case weighted
    /// By the time that they took to answer of late.
    case fastest
    /// By the price of the request.
    case cheapest
  }

  /// What is done with what a target has no way to express and does not change an answer's meaning, such as a seed.
  public enum Unsupported: String, Sendable, Hashable, CaseIterable {
    /// It is left out and named.
    case drop
    /// The target refuses the request, and the next one is asked.
    case refuse
  }

  public let name: String
  public let strategy: Strategy
  /// After this time without an answer's first byte, the next target is asked as well; nil never does so.
  public let hedgeAfter: Duration?
  /// How often one target is asked again at once, where its error says that this helps.
  public let retries: Int
  /// Nil where the route does not say it.
  public let onUnsupported: Unsupported?
  /// Whether a conversation stays with the target that answered it last, which has its beginning in its cache.
  public let isSticky: Bool
  /// At least one, in the order in which they are listed.
  public let targets: [WeightedTarget]

  public init(
    name: String, strategy: Strategy = .ordered, hedgeAfter: Duration? = nil, retries: Int = 0,
    onUnsupported: Unsupported? = nil, isSticky: Bool = false, targets: [WeightedTarget]
  ) {
    self.name = name
    self.strategy = strategy
    self.hedgeAfter = hedgeAfter
    self.retries = retries
    self.onUnsupported = onUnsupported
    self.isSticky = isSticky
    self.targets = targets
  }

  /// The same route over some of its targets.
  func over(_ targets: [WeightedTarget]) -> ProviderRoute {
    ProviderRoute(
      name: name, strategy: strategy, hedgeAfter: hedgeAfter, retries: retries,
      onUnsupported: onUnsupported, isSticky: isSticky, targets: targets)
  }
}

/// A target of a route, and its share where the strategy is ``ProviderRoute/Strategy/weighted``.
public struct WeightedTarget: Sendable, Hashable {
  public let target: Target
  /// At least 1. A target of weight 3 is first three times as often as one of weight 1.
  public let weight: Int

  public init(_ target: Target, weight: Int = 1) {
    self.target = target
    self.weight = weight
  }
}
