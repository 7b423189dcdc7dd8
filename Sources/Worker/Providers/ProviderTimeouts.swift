import NIOCore
import Shared

/// How long one attempt at a target may take.
struct ProviderTimeouts: Sendable, Hashable {
  /// For name lookup, TCP and TLS together; also for a wait in the connection pool.
  var connect = Duration.seconds(5)
  /// From the request's first byte out to the answer's first byte in.
  var firstByte = Duration.seconds(60)
  /// Between two bytes of an answer that comes as a stream.
  var idle = Duration.seconds(30)
  /// From the start of the attempt to the answer's last byte.
  var total = Duration.seconds(120)
  /// The same for an answer that comes as a stream: who reads along minds less.
  var streamTotal = Duration.seconds(600)

  /// The same, but for what one provider has of its own.
  func overridden(by own: ProviderTimeoutOverrides) -> ProviderTimeouts {
    ProviderTimeouts(
      connect: own.connect ?? connect, firstByte: own.firstByte ?? firstByte, idle: own.idle ?? idle,
      total: own.total ?? total, streamTotal: own.streamTotal ?? streamTotal)
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
