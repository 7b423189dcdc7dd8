/// What a model costs and holds.
public struct ModelPrice: Sendable, Hashable {
  /// For a million prompt tokens.
  public let input: MicroDollars
  /// For a million completion tokens.
  public let output: MicroDollars
  /// Tokens of prompt and answer together; nil when it is not known.
  public let contextWindow: Int?

  public init(input: MicroDollars, output: MicroDollars, contextWindow: Int? = nil) {
    self.input = input
    self.output = output
    self.contextWindow = contextWindow
  }

  /// The most that a million tokens may cost, so that no cost overflows; a hundred times what any does.
  public static let highest = MicroDollars(rawValue: 10_000_000_000)

  /// The cost of an answer, rounded to the nearest micro-dollar.
  public func cost(of usage: TokenUsage) -> MicroDollars {
    MicroDollars(rawValue: (picoDollars(of: usage) + 500_000) / 1_000_000)
  }

  /// The cost of an answer in millionths of a micro-dollar, exactly: what single requests differ in.
  public func picoDollars(of usage: TokenUsage) -> Int64 {
    Int64(usage.promptTokens) * input.rawValue + Int64(usage.completionTokens) * output.rawValue
  }
}

/// The providers' list prices by target.
public struct PriceTable: Sendable {
  private var prices: [Target: ModelPrice]

  public subscript(target: Target) -> ModelPrice? { prices[target] }

  /// The models of one provider, by name.
  public func models(of provider: String) -> [ProviderModel] {
    prices.filter { $0.key.provider == provider }
      .map { ProviderModel(name: $0.key.model, price: $0.value, contextWindow: $0.value.contextWindow) }
      .sorted { $0.name < $1.name }
  }

  func overridden(by entries: [(target: Target, price: ModelPrice)]) -> PriceTable {
    var copy = self
    for (target, price) in entries {
      let contextWindow = prices[target]?.contextWindow
      copy.prices[target] = ModelPrice(input: price.input, output: price.output, contextWindow: contextWindow)
    }
    return copy
  }

  /// Reads `provider/model=input:output`, dollars for a million tokens.
  @Sendable static func parseEntry(_ text: String) -> (target: Target, price: ModelPrice)? {
    guard let equals = text.lastIndex(of: "="), let slash = text.firstIndex(of: "/"), slash < equals else {
      return nil
    }
    let amounts = text[text.index(after: equals)...].split(separator: ":", omittingEmptySubsequences: false)
    let model = text[text.index(after: slash)..<equals]
    guard amounts.count == 2, !model.isEmpty, slash > text.startIndex,
      let input = MicroDollars(dollars: amounts[0]), let output = MicroDollars(dollars: amounts[1]),
      max(input, output) <= ModelPrice.highest
    else { return nil }
    return (
      Target(provider: String(text[..<slash]), model: String(model)),
      ModelPrice(input: input, output: output)
    )
  }

  /// List prices as the providers publish them, in dollars for a million tokens. They change:
  /// `MODEL_PRICES` overrides them.
  public static let list = PriceTable(prices: [
    Target(provider: "gemini", model: "gemini-2.5-flash"): price(300_000, 2_500_000, 1_048_576),
    Target(provider: "gemini", model: "gemini-2.5-flash-lite"): price(100_000, 400_000, 1_048_576),
    Target(provider: "gemini", model: "gemini-2.5-pro"): price(1_250_000, 10_000_000, 1_048_576),
    Target(provider: "gemini", model: "gemini-2.0-flash"): price(100_000, 400_000, 1_048_576),
    Target(provider: "groq", model: "llama-3.3-70b-versatile"): price(590_000, 790_000, 131_072),
    Target(provider: "groq", model: "llama-3.1-8b-instant"): price(50_000, 80_000, 131_072),
    Target(provider: "groq", model: "openai/gpt-oss-120b"): price(150_000, 600_000, 131_072),
    Target(provider: "groq", model: "openai/gpt-oss-20b"): price(75_000, 300_000, 131_072),
    Target(provider: "openrouter", model: "meta-llama/llama-3.3-70b-instruct:free"): price(0, 0, 131_072),
    Target(provider: "openrouter", model: "meta-llama/llama-3.3-70b-instruct"): price(
      130_000, 390_000, 131_072),
  ])

  private static func price(_ input: Int64, _ output: Int64, _ contextWindow: Int) -> ModelPrice {
    ModelPrice(
      input: MicroDollars(rawValue: input), output: MicroDollars(rawValue: output),
      contextWindow: contextWindow)
  }
}
