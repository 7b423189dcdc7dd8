/// What one target is paid for a request, where several are: it answered, was overtaken, or its answer was passed over.
public struct Payment: Sendable, Hashable {
  public let target: Target
  public let usage: TokenUsage
  public let cost: NanoDollars

  public init(_ target: Target, _ usage: TokenUsage, _ cost: NanoDollars) {
    (self.target, self.usage, self.cost) = (target, usage, cost)
  }
}
