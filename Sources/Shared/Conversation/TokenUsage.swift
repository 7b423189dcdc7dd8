public import OrderedCollections

/// Tokens that a provider counted for one answer, member by member, clamped to what can be true.
///
/// The counts are what is paid by: dialects differ in what their own members include, and here they do not. What
/// clients are told is ``told``.
public struct TokenUsage: Sendable, Hashable {
  /// The most that one answer may claim, in tokens: a provider that reports more is wrong.
  public static let limit = 100_000_000

  /// All tokens of the prompt, those included that a cache had or that were written to one.
  public var promptTokens: Int
  /// All tokens of the answer, thoughts included.
  public var completionTokens: Int
  /// As the provider told it, else the sum of the two.
  public var totalTokens: Int
  /// Of the prompt's tokens, those that the provider had in its cache.
  public var cachedTokens: Int
  /// Of the prompt's tokens, those written to the provider's cache for 5 minutes, or for a time not told.
  public var cacheWriteTokens: Int
  /// Of the prompt's tokens, those written to the provider's cache for an hour.
  public var cacheWrite1hTokens: Int
  /// Of the answer's tokens, those that were thoughts.
  public var reasoningTokens: Int
  /// Of the prompt's tokens, those of sounds.
  public var audioInputTokens: Int
  /// Of the prompt's tokens, those of images.
  public var imageInputTokens: Int
  /// Of the answer's tokens, those of sounds.
  public var audioOutputTokens: Int
  /// Of the answer's tokens, those of images.
  public var imageOutputTokens: Int
  /// What the provider says that the answer costs; nil where it does not say.
  public var toldCost: NanoDollars?
  /// Whether the provider says itself that it has read nothing, as of a request that was refused before its model saw it;
  /// false where it says nothing of that.
  public var saysNothingRead = false
  /// The usage object as OpenAI's clients shall see it, unknown members included. Empty where the counts say it all.
  public var told: JSONObject

  /// Negative and absurd counts are clamped into `0...limit`.
  ///
  /// - Parameter totalTokens: the sum of the two where it is left out.
  public init(
    promptTokens: Int, completionTokens: Int, totalTokens: Int? = nil, cachedTokens: Int = 0,
    cacheWriteTokens: Int = 0, cacheWrite1hTokens: Int = 0, reasoningTokens: Int = 0,
    audioInputTokens: Int = 0, imageInputTokens: Int = 0, audioOutputTokens: Int = 0,
    imageOutputTokens: Int = 0, toldCost: NanoDollars? = nil, told: JSONObject = [:]
  ) {
    func clamped(_ count: Int) -> Int { min(max(count, 0), Self.limit) }
    self.promptTokens = clamped(promptTokens)
    self.completionTokens = clamped(completionTokens)
    self.totalTokens = min(
      max(totalTokens ?? self.promptTokens + self.completionTokens, 0), 2 * Self.limit)
    // What is a part is no more than the whole, whatever a provider says.
    self.cachedTokens = min(clamped(cachedTokens), self.promptTokens)
    self.cacheWriteTokens = clamped(cacheWriteTokens)
    self.cacheWrite1hTokens = clamped(cacheWrite1hTokens)
    self.reasoningTokens = min(clamped(reasoningTokens), self.completionTokens)
    self.audioInputTokens = clamped(audioInputTokens)
    self.imageInputTokens = clamped(imageInputTokens)
    self.audioOutputTokens = clamped(audioOutputTokens)
    self.imageOutputTokens = clamped(imageOutputTokens)
    self.toldCost = toldCost
    self.told = told
  }

  public static let zero = TokenUsage(promptTokens: 0, completionTokens: 0)

  /// Whether nothing was counted.
  public var isZero: Bool { promptTokens == 0 && completionTokens == 0 && totalTokens == 0 }

  /// A count as a provider sends it, also as a text. What is missing or no number is zero; what is absurd is clamped.
  static func count(_ value: JSONValue?, limit: Int = limit) -> Int {
    switch value?.rounded {
    case .integer(let count): Int(min(max(count, 0), Int64(limit)))
    case .string(let text): count(number(in: text), limit: limit)
    case .double(let count) where !count.isNaN: Int(min(max(count, 0), Double(limit)).rounded(.up))
    default: 0
    }
  }

  /// Whether a count was sent.
  static func isCount(_ value: JSONValue?) -> Bool {
    if case .string(let text)? = value { number(in: text) != nil } else { value?.double != nil }
  }

  /// Whether a provider says that it has counted nothing.
  static func isNought(_ value: JSONValue?) -> Bool {
    if case .string(let text)? = value { isNought(number(in: text)) } else { value?.double == 0 }
  }

  private static func number(in text: String) -> JSONValue? {
    guard text.utf8.count <= 20, text.utf8.allSatisfy({ $0 == 0x2E || (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Double(text).map(JSONValue.double)
  }
}

extension TokenUsage {
  /// What several calls used for one answer, such as batches of embeddings.
  ///
  /// Where only one of them tells its cost, the sum has none: prices then say what both cost.
  public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
    if left == .zero { return right }
    if right == .zero { return left }
    var sum = TokenUsage(
      promptTokens: left.promptTokens + right.promptTokens,
      completionTokens: left.completionTokens + right.completionTokens,
      totalTokens: left.totalTokens + right.totalTokens,
      cachedTokens: left.cachedTokens + right.cachedTokens,
      cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
      cacheWrite1hTokens: left.cacheWrite1hTokens + right.cacheWrite1hTokens,
      reasoningTokens: left.reasoningTokens + right.reasoningTokens,
      audioInputTokens: left.audioInputTokens + right.audioInputTokens,
      imageInputTokens: left.imageInputTokens + right.imageInputTokens,
      audioOutputTokens: left.audioOutputTokens + right.audioOutputTokens,
      imageOutputTokens: left.imageOutputTokens + right.imageOutputTokens)
    if let one = left.toldCost, let other = right.toldCost { sum.toldCost = one + other }
    if !left.told.isEmpty || !right.told.isEmpty {
      sum.told = joined(left.openAIForm, right.openAIForm)
    }
    return sum
  }

  /// Numbers are added up, objects joined member by member; of the rest the later one stands.
  private static func joined(_ left: JSONObject, _ right: JSONObject) -> JSONObject {
    left.merging(right) { left, right in
      switch (left, right) {
      case (.object(let left), .object(let right)): .object(joined(left, right))
      case (.integer(let left), .integer(let right)):
        .integer(left.addingReportingOverflow(right).overflow ? .max : left + right)
      case (_, .null): left
      default:
        if let left = left.double, let right = right.double { .double(left + right) } else { right }
      }
    }
  }
}
