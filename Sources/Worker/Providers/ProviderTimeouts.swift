import NIOCore
import Shared

/// How long one attempt at a target may take.
struct ProviderTimeouts: Sendable, Hashable {
  /// For name lookup, TCP and TLS together; also for a wait in the connection pool.
  var connect: Duration
  /// From the request's end to the first event of an answer that comes as a stream; comments are no events.
  var firstByte: Duration
  /// From then on, between two bytes of it, comments among them.
  var idle: Duration
  /// From the start of the attempt to the last byte of an answer that comes whole. As long as the official SDKs wait.
  var total: Duration
  /// The same while another target remains: one that hangs leaves time for it.
  var totalBeforeNext: Duration
  /// From the start of the attempt to the last byte of an answer that comes as a stream.
  var streamTotal: Duration

  init(
    connect: Duration = .seconds(5), firstByte: Duration = .seconds(300), idle: Duration = .seconds(120),
    total: Duration = .seconds(600), totalBeforeNext: Duration? = nil, streamTotal: Duration = .seconds(3600)
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
    self.totalBeforeNext = totalBeforeNext ?? min(total, .seconds(300))
    self.streamTotal = streamTotal
  }

  /// The same, but for what one provider has of its own. Its own time in all is meant whatever target remains.
  func overridden(by own: ProviderTimeoutOverrides) -> ProviderTimeouts {
    ProviderTimeouts(
      connect: own.connect ?? connect, firstByte: own.firstByte ?? firstByte, idle: own.idle ?? idle,
      total: own.total ?? total, totalBeforeNext: own.total ?? totalBeforeNext,
      streamTotal: own.streamTotal ?? streamTotal)
  }
}

/// Which of our own bounds an attempt ran into.
enum BoundExceeded: Error, Sendable, Hashable {
  case firstByte(Duration)
  case idle(Duration)
  case total(Duration)
  /// In bytes, as the others.
  case headSize(Int)
  case bodySize(Int)
  case eventSize(Int)
}
