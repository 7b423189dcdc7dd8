/// One target's part in a cascade, as clients see it in `cascade_path`.
public struct CascadeStep: Sendable, Hashable {
  public enum Status: String, Sendable, Hashable {
    case success
    case failed
    /// Not asked: its circuit is open, or its limit has not reset yet.
    case skipped
    /// Asked, and given up because another target answered first.
    case aborted
  }

  public var provider: String
  public var model: String
  public var status: Status
  /// Our own short reason for people, such as `rate limited (429)`; nil for a success.
  public var reason: String?
  /// What the provider said of it, as in ``ProviderError/message``; clients see it behind the reason.
  public var words: String?
  public var latency: Duration
  /// With which key it was asked; nil where there is but one.
  public var key: KeyPlace?

  public init(
    provider: String, model: String, status: Status, reason: String?, words: String? = nil, latency: Duration,
    key: KeyPlace? = nil
  ) {
    self.provider = provider
    self.model = model
    self.status = status
    self.reason = reason
    self.words = words
    self.latency = latency
    self.key = key
  }

  /// The reason as clients see it: ours, then what the provider said.
  public var told: String? {
    guard let reason, let words else { return reason ?? words }
    return "\(reason): \(words)"
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("provider", provider)
      json.member("model", model)
      if let key { json.member("provider_key", key.description) }
      json.member("status", status.rawValue)
      json.member("reason", told)
      json.member("latency_ms", latency.wholeMilliseconds)
    }
  }
}

extension Sequence<CascadeStep> {
  /// How many calls to providers were made.
  public var calls: Int { count { $0.status != .skipped } }
}

extension Duration {
  /// The duration in milliseconds, rounded down.
  public var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
