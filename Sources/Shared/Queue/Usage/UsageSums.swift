/// What usage records come to together.
public struct UsageSums: Sendable, Hashable {
  public var requests: Int64 = 0
  /// Those that ended as failed or expired.
  public var errors: Int64 = 0
  /// Those that the cache answered.
  public var cached: Int64 = 0
  /// Those that the call of an equal request answered.
  public var coalesced: Int64 = 0
  public var promptTokens: Int64 = 0
  /// Of the prompts' tokens, those that providers had in their caches.
  public var cachedTokens: Int64 = 0
  /// Of the prompts' tokens, those written to providers' caches.
  public var cacheWriteTokens: Int64 = 0
  public var completionTokens: Int64 = 0
  /// Of the answers' tokens, those that were thoughts.
  public var reasoningTokens: Int64 = 0
  public var cost = NanoDollars.zero
  /// Those with an answer that was bought at a price that nobody knew: their cost lacks it.
  public var unpriced: Int64 = 0

  public init() {}

  public init(_ record: UsageRecord) {
    requests = 1
    errors = record.state == .failed || record.state == .expired ? 1 : 0
    cached = record.source == .cache ? 1 : 0
    coalesced = record.source == .coalesced ? 1 : 0
    promptTokens = Int64(record.usage.promptTokens)
    cachedTokens = Int64(record.usage.cachedTokens)
    cacheWriteTokens = Int64(record.usage.cacheWriteTokens) + Int64(record.usage.cacheWrite1hTokens)
    completionTokens = Int64(record.usage.completionTokens)
    reasoningTokens = Int64(record.usage.reasoningTokens)
    cost = record.cost
    unpriced = record.isUnpriced ? 1 : 0
  }

  /// Reads what `roll` stores (roll.lua); nil for anything else.
  init?(stored: String) {
    let numbers = stored.split(separator: " ").compactMap { Int64($0) }
    guard numbers.count == 11 else { return nil }
    (requests, errors, cached, coalesced) = (numbers[0], numbers[1], numbers[2], numbers[3])
    (promptTokens, cachedTokens, cacheWriteTokens) = (numbers[4], numbers[5], numbers[6])
    (completionTokens, reasoningTokens) = (numbers[7], numbers[8])
    (cost, unpriced) = (NanoDollars(rawValue: numbers[9]), numbers[10])
  }

  public static func += (left: inout UsageSums, right: UsageSums) {
    left.requests += right.requests
    left.errors += right.errors
    left.cached += right.cached
    left.coalesced += right.coalesced
    left.promptTokens += right.promptTokens
    left.cachedTokens += right.cachedTokens
    left.cacheWriteTokens += right.cacheWriteTokens
    left.completionTokens += right.completionTokens
    left.reasoningTokens += right.reasoningTokens
    left.cost = left.cost + right.cost
    left.unpriced += right.unpriced
  }
}
