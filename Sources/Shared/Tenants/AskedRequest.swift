/// What must be known of a request to say what it takes of limits and budgets.
public struct AskedRequest: Sendable {
  /// The name that was asked for, or what it stands for if it is an alias.
  public var model: String
  /// The alias by which it was asked for; nil where there was none. Limits of either name count it.
  public var alias: String?
  /// An estimate.
  public var promptTokens: Int
  /// The longest answer that the client allows; nil where it does not say. 0 for what answers nothing, as embeddings.
  public var maxTokens: Int?
  /// Everybody whom the route may ask.
  public var targets: [PricedTarget]
  /// Whether the route may pay for two answers: it hedges, or asks again.
  public var mayPayTwice: Bool
  public var lane: Lane
  /// The bytes of its stored form.
  public var bytes: Int
  /// 1 to 256 characters; nil where the client names none.
  public var user: String?
  /// Whether the client can come back for its answer, so that a budget may put the job off to its next period.
  public var mayBePutOff = true
  /// Whether it counts as a request and as nothing else: counting tokens costs nothing and answers nothing.
  public var isRequestOnly = false

  public init(
    model: String, promptTokens: Int, maxTokens: Int?, targets: [PricedTarget] = [],
    mayPayTwice: Bool = false, lane: Lane, bytes: Int, user: String? = nil
  ) {
    self.model = model
    self.promptTokens = promptTokens
    self.maxTokens = maxTokens
    self.targets = targets
    self.mayPayTwice = mayPayTwice
    self.lane = lane
    self.bytes = bytes
    self.user = user
  }

  /// The answer that token limits reckon with where the client bounds none.
  public static let usualAnswer = 1024
  /// The answer that budgets reckon with where neither client nor model bounds it.
  public static let longestAnswer = 16_384

  /// The tokens that it may use.
  var tokens: Int { Self.sum(promptTokens, maxTokens ?? Self.usualAnswer) }

  /// The most that it can cost: its answer as long as may be, at the dearest target. One without a price costs nothing.
  var highestCost: NanoDollars {
    let dearest =
      targets.map { $0.highestCost(promptTokens: promptTokens, maxTokens: maxTokens) }.max() ?? .zero
    return mayPayTwice ? dearest + dearest : dearest
  }

  private static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflows) = max(left, 0).addingReportingOverflow(max(right, 0))
    return overflows ? .max : sum
  }
}
