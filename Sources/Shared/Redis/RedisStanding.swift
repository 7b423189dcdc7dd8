import Synchronization

/// How one connection stands: told of by its handler, asked by who wants to send, looked after by its link.
final class RedisStanding: Sendable {
  /// Why a connection is in doubt.
  enum Doubt: Sendable {
    /// A command's time ran out on it: its late reply will end the doubt.
    case isSilent
    /// Another was silent: only a probe can tell.
    case byAnother
  }

  let id: Int
  private let watch: RedisWatch
  private let doubted = Atomic(false)
  /// Ends with the connection.
  let doubts: AsyncStream<Doubt>
  private let raise: AsyncStream<Doubt>.Continuation

  init(id: Int, watch: RedisWatch) {
    self.id = id
    self.watch = watch
    (doubts, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var isDoubted: Bool { doubted.load(ordering: .relaxed) }

  /// A reply has come. Cheap while nothing is in doubt: it is called for each.
  func answered() {
    if isDoubted { watch.answered(self) }
  }

  /// A command's time has run out.
  func ranOut() { watch.ranOut(self) }

  /// The connection has ended, or is not used any more. More than one call does no harm.
  func leave() {
    watch.leave(self)
    raise.finish()
  }

  // MARK: - For the watch, under its lock

  func set(_ doubt: Doubt?) {
    doubted.store(doubt != nil, ordering: .relaxed)
    if let doubt { raise.yield(doubt) }
  }
}
