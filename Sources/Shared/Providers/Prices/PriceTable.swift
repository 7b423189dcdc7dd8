/// What the models of the configured providers cost: what was said of them, else what is publicly known.
public struct PriceTable: Sendable {
  /// The public list alone.
  public static let list = PriceTable()

  private var said: [Target: ModelPrice] = [:]
  /// The names that configured providers have in the public list.
  private var listedNames: [String: String] = [:]

  /// The price that holds; nil when none is known.
  public subscript(target: Target) -> ModelPrice? { said[target] ?? listed(target)?.price }

  /// The cost of an answer; zero where neither its provider nor a price tells it.
  public func cost(of usage: TokenUsage, at target: Target) -> NanoDollars {
    usage.toldCost ?? self[target]?.cost(of: usage) ?? .zero
  }

  /// What is publicly known of a target's model, whatever the configuration says of its price.
  public func listed(_ target: Target) -> ListedModel? {
    PriceList.current.model(target.model, of: listedNames[target.provider] ?? target.provider)
  }

  /// The same for configured providers, whatever their names.
  func knowing(_ providers: [Provider]) -> PriceTable {
    var copy = self
    for provider in providers { copy.listedNames[provider.name] = provider.listedName }
    return copy
  }

  /// The same with prices that stand above it.
  func overridden(by entries: [(target: Target, price: ModelPrice)]) -> PriceTable {
    var copy = self
    for (target, price) in entries { copy.said[target] = price }
    return copy
  }

  /// Reads `provider/model=input:output`, followed by what else ``ModelPrice/init(parsing:)`` takes.
  @Sendable static func parseEntry(_ text: String) -> (target: Target, price: ModelPrice)? {
    guard let slash = text.firstIndex(of: "/"), slash > text.startIndex,
      let equals = text[slash...].firstIndex(of: "=")
    else { return nil }
    let model = text[text.index(after: slash)..<equals]
    guard !model.isEmpty, let price = ModelPrice(parsing: text[text.index(after: equals)...]) else {
      return nil
    }
    return (Target(provider: String(text[..<slash]), model: String(model)), price)
  }
}
