import Shared
import Synchronization

/// Who answered conversations last, in memory and with a switch for a Redis that is away.
final class SharedThreads: ThreadSharing {
  private struct State {
    var targets: [String: Target] = [:]
    var asked = 0
    var noted = 0
    var isAway = false
  }

  private let state = Mutex(State())

  var isAway: Bool {
    get { state.withLock(\.isAway) }
    set { state.withLock { $0.isAway = newValue } }
  }
  /// How often workers asked and told.
  var counts: [Int] { state.withLock { [$0.asked, $0.noted] } }

  private func check() throws(RedisError) {
    if isAway { throw .unavailable(server: "test", reason: "it is switched off") }
  }

  func target(of thread: String) async throws(RedisError) -> Target? {
    try check()
    return state.withLock { state in
      state.asked += 1
      return state.targets[thread]
    }
  }

  func note(_ target: Target, of thread: String) async throws(RedisError) {
    try check()
    state.withLock { state in
      state.noted += 1
      state.targets[thread] = target
    }
  }
}
