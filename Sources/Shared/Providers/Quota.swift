/// How much a provider lets its customers ask of one of its models, such as `30 requests/minute`.
public struct Quota: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case requests
    case tokens
  }

  public enum Window: String, Sendable, Hashable, CaseIterable {
    case minute
    case day

    public var duration: Duration {
      switch self {
      case .minute: .seconds(60)
      case .day: .seconds(86_400)
      }
    }
  }

  public let kind: Kind
  public let amount: Int
  public let window: Window

  public init(kind: Kind, amount: Int, window: Window) {
    self.kind = kind
    self.amount = amount
    self.window = window
  }

  /// Reads `30 requests/minute` or `500000 tokens/day`; nil for anything else.
  public init?(parsing text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, let amount = Int(words[0]), (1...1_000_000_000_000).contains(amount) else {
      return nil
    }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let kind = Kind(rawValue: parts[0]), let window = Window(rawValue: parts[1])
    else { return nil }
    self.init(kind: kind, amount: amount, window: window)
  }
}
