import Synchronization

/// The replies to commands that left together, gathered for the one who waits for all of them.
final class RedisReplies: Sendable {
  private struct Guarded {
    var replies: [RedisCaller.Reply?]
    var missing: Int
  }

  private let caller: CheckedContinuation<[RedisCaller.Reply], Never>
  private let guarded: Mutex<Guarded>

  /// `count` is at least 1: nobody would be called for none.
  init(count: Int, caller: CheckedContinuation<[RedisCaller.Reply], Never>) {
    self.caller = caller
    guarded = Mutex(Guarded(replies: Array(repeating: nil, count: count), missing: count))
  }

  /// Takes in the reply to the command at `place`, which comes once.
  func take(_ reply: RedisCaller.Reply, at place: Int) {
    let all: [RedisCaller.Reply]? = guarded.withLock { guarded in
      guarded.replies[place] = reply
      guarded.missing -= 1
      return guarded.missing == 0 ? guarded.replies.compactMap(\.self) : nil
    }
    if let all { caller.resume(returning: all) }
  }
}
