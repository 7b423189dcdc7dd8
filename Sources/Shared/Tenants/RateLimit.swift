/// So many requests in a window of time, all of which may come at once.
public struct RateLimit: Sendable, Hashable, CustomStringConvertible {
  public enum Window: String, Sendable, Hashable, CaseIterable {
    case second, minute, hour, day

    public var seconds: Int {
      switch self {
      case .second: 1
      case .minute: 60
      case .hour: 3600
      case .day: 86_400
      }
    }
  }

  public let requests: Int
  public let window: Window

  public init(requests: Int, per window: Window) {
    self.requests = requests
    self.window = window
  }

  /// The most requests in a window.
  static let most = 1_000_000

  /// Reads `N/second`, `N/minute`, `N/hour` or `N/day` with N from 1 to ``most``; nil for anything else.
  public init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let requests = Int(parts[0]), (1...Self.most).contains(requests),
      let window = Window(rawValue: String(parts[1]))
    else { return nil }
    self.init(requests: requests, per: window)
  }

  /// The time in which one request's worth of the limit grows back, in microseconds.
  public var emissionIntervalMicroseconds: Int { max(1, window.seconds * 1_000_000 / requests) }

  public var description: String { "\(requests)/\(window.rawValue)" }
}
