/// What a model costs.
public struct ModelPrice: Sendable, Hashable {
  /// What holds for a request whose prompt is long.
  public struct Tier: Sendable, Hashable {
    /// A prompt of more tokens than these is long.
    public let tokens: Int
    /// What it says costs that; the rest costs as in short requests, if that was said.
    public let rates: PriceRates

    public init(tokens: Int, rates: PriceRates) {
      self.tokens = tokens
      self.rates = rates
    }
  }

  public var rates: PriceRates
  /// For each request, whatever its tokens.
  public var request: NanoDollars
  public var above: Tier?

  public init(_ rates: PriceRates, request: NanoDollars = .zero, above: Tier? = nil) {
    self.rates = rates
    self.request = request
    self.above = above
  }

  /// - Parameters:
  ///   - input: for a million prompt tokens.
  ///   - output: for a million completion tokens.
  public init(input: NanoDollars, output: NanoDollars) { self.init(PriceRates(input: input, output: output)) }

  /// For a million prompt tokens.
  public var input: NanoDollars { rates.rate(.input) }
  /// For a million completion tokens.
  public var output: NanoDollars { rates.rate(.output) }

  /// The most that a million tokens, or a request, may cost: a hundred times what any does.
  public static let highest = NanoDollars(rawValue: 10_000_000_000_000)

  /// The cost of an answer: the provider's own figure where it tells one, else by these prices, rounded up to a whole
  /// nano-dollar and at most ``NanoDollars/limit``.
  public func cost(of usage: TokenUsage) -> NanoDollars {
    if let told = usage.toldCost { return told }
    let nanos = (femtoDollars(of: usage) + Self.million - 1) / Self.million
    return NanoDollars(rawValue: Int64(min(nanos, Int128(NanoDollars.limit.rawValue))))
  }

  private static let million: Int128 = 1_000_000

  /// The cost by prices in millionths of a nano-dollar, exactly: what single requests differ in.
  public func femtoDollars(of usage: TokenUsage) -> Int128 {
    var rates = rates
    if let above, usage.promptTokens > above.tokens { rates = above.rates.over(rates) }
    return Int128(request.rawValue) * Self.million
      + Self.cost(
        of: usage.promptTokens, at: rates, .input,
        parts: [
          (.cachedInput, usage.cachedTokens), (.cacheWrite, usage.cacheWriteTokens),
          (.cacheWrite1h, usage.cacheWrite1hTokens), (.audioInput, usage.audioInputTokens),
          (.imageInput, usage.imageInputTokens),
        ])
      + Self.cost(
        of: usage.completionTokens, at: rates, .output,
        parts: [
          (.reasoning, usage.reasoningTokens), (.audioOutput, usage.audioOutputTokens),
          (.imageOutput, usage.imageOutputTokens),
        ])
  }

  /// Parts may overlap (sounds that a cache had): a token is paid once, as the first part that it may be of.
  private static func cost(
    of tokens: Int, at rates: PriceRates, _ rest: PriceMember, parts: [(member: PriceMember, tokens: Int)]
  ) -> Int128 {
    var left = tokens
    var sum: Int128 = 0
    for part in parts where part.tokens > 0 {
      let tokens = min(part.tokens, left)
      sum += Int128(tokens) * Int128(rates.rate(part.member).rawValue)
      left -= tokens
    }
    return sum + Int128(left) * Int128(rates.rate(rest).rawValue)
  }
}
