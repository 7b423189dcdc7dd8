import NIOCore
import Shared

/// The bounds of time of one attempt, without a timer: what came is told, and asked is how it stands.
struct AttemptBounds: Sendable {
  enum Verdict: Sendable, Hashable {
    case exceeded(BoundExceeded)
    /// Nothing is exceeded before that time.
    case soundUntil(NIODeadline)
  }

  private let timeouts: ProviderTimeouts
  private let total: Duration
  private let watchesIdle: Bool
  private let end: NIODeadline
  private var sent: NIODeadline?
  private var lastBytes: NIODeadline?

  /// - Parameters:
  ///   - total: how long the attempt may take in all.
  ///   - watchesIdle: whether bytes must keep coming.
  init(_ timeouts: ProviderTimeouts, total: Duration, start: NIODeadline, watchesIdle: Bool = false) {
    self.timeouts = timeouts
    self.total = total
    self.watchesIdle = watchesIdle
    end = start + TimeAmount(total)
  }

  mutating func requestIsSent(at now: NIODeadline) { sent = now }
  mutating func bytesCame(at now: NIODeadline) { lastBytes = now }

  func verdict(at now: NIODeadline) -> Verdict {
    if now >= end { return .exceeded(.total(total)) }
    if let lastBytes {
      guard watchesIdle else { return .soundUntil(end) }
      let deadline = lastBytes + TimeAmount(timeouts.idle)
      return now >= deadline ? .exceeded(.idle(timeouts.idle)) : .soundUntil(min(end, deadline))
    }
    // Until it is sent, the connect time-out rules.
    let deadline = (sent ?? now) + TimeAmount(timeouts.firstByte)
    return now >= deadline ? .exceeded(.firstByte(timeouts.firstByte)) : .soundUntil(min(end, deadline))
  }
}
