import Synchronization

/// When an answer began: with its head, or with its first piece where it comes as a stream. Providers send the
/// head of a stream long before there is anything in it.
final class FirstByte: Sendable {
  private let moment = Mutex<ContinuousClock.Instant?>(nil)

  /// Nil as long as it has not come.
  var time: ContinuousClock.Instant? { moment.withLock { $0 } }

  /// Later calls change nothing.
  func came() {
    moment.withLock { $0 = $0 ?? .now }
  }

  /// Another attempt begins.
  func awaitAnew() {
    moment.withLock { $0 = nil }
  }
}
