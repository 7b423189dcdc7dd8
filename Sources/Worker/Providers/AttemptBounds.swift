import NIOCore
import Shared

/// The bounds of time of one attempt, without a timer: what came is told, and asked is how it stands.
///
/// Until the request is sent the connect time-out rules. A whole answer has its time in all and nothing else: a model
/// that thinks for minutes says nothing meanwhile. A stream must begin, and must not fall silent once it has.
struct AttemptBounds: Sendable {
  enum Verdict: Sendable, Hashable {
    case exceeded(BoundExceeded)
    /// Nothing is exceeded before that time.
    case soundUntil(NIODeadline)
  }

  private enum Form: Sendable {
    case whole
    /// A stream of which no event has come: the time of its request, once that is sent.
    case silent(sent: NIODeadline?)
    /// A stream that has begun: the time of its last byte, be it of an event or of a comment.
    case speaking(lastByte: NIODeadline)
  }

  private let timeouts: ProviderTimeouts
  private let isLast: Bool
  private let start: NIODeadline
  private var form: Form

  /// - Parameters:
  ///   - streams: whether the answer is asked for as a stream.
  ///   - isLast: whether no other target could be asked after this one.
  init(_ timeouts: ProviderTimeouts, streams: Bool, isLast: Bool = true, start: NIODeadline) {
    self.timeouts = timeouts
    self.isLast = isLast
    self.start = start
    form = streams ? .silent(sent: nil) : .whole
  }

  mutating func requestIsSent(at now: NIODeadline) {
    if case .silent(nil) = form { form = .silent(sent: now) }
  }

  /// An answer that was asked for as a stream comes whole, as its head says or its first bytes.
  mutating func comesWhole() { form = .whole }

  /// What its head had called otherwise comes as a stream after all, as its first bytes say.
  mutating func comesInEvents(at now: NIODeadline) { form = .silent(sent: now) }

  /// - Parameter withEvent: whether the stream has brought an event by now; comments are none.
  mutating func bytesCame(withEvent: Bool, at now: NIODeadline) {
    switch form {
    case .whole: break
    case .silent: if withEvent { form = .speaking(lastByte: now) }
    case .speaking: form = .speaking(lastByte: now)
    }
  }

  /// Whether the next verdict may be of a sooner time than the last: later bytes of a stream only put it off.
  var hasBegun: Bool {
    if case .silent = form { false } else { true }
  }

  func verdict(at now: NIODeadline) -> Verdict {
    let total: Duration
    switch form {
    case .whole: total = isLast ? timeouts.total : timeouts.totalBeforeNext
    case .silent, .speaking: total = timeouts.streamTotal
    }
    let end = start + TimeAmount(total)
    if now >= end { return .exceeded(.total(total)) }
    switch form {
    case .whole: return .soundUntil(end)
    case .silent(let sent):
      let deadline = (sent ?? now) + TimeAmount(timeouts.firstByte)
      return now >= deadline ? .exceeded(.firstByte(timeouts.firstByte)) : .soundUntil(min(end, deadline))
    case .speaking(let lastByte):
      let deadline = lastByte + TimeAmount(timeouts.idle)
      return now >= deadline ? .exceeded(.idle(timeouts.idle)) : .soundUntil(min(end, deadline))
    }
  }
}
