import Shared
import Synchronization

/// The latencies that workers share, in memory and with a switch for a Redis that is away.
final class SharedLatencies: LatencySharing {
  private struct State {
    var samples: [Target: LatencySample] = [:]
    var known: [Target: Duration] = [:]
    var isAway = false
  }

  private let state = Mutex(State())

  var isAway: Bool {
    get { state.withLock(\.isAway) }
    set { state.withLock { $0.isAway = newValue } }
  }
  /// What the workers are told.
  var known: [Target: Duration] {
    get { state.withLock(\.known) }
    set { state.withLock { $0.known = newValue } }
  }
  /// What was told by workers.
  var samples: [Target: LatencySample] { state.withLock(\.samples) }

  private func check() throws(RedisError) {
    if isAway { throw .unavailable(server: "test", reason: "it is switched off") }
  }

  func note(_ samples: [Target: LatencySample]) async throws(RedisError) {
    try check()
    state.withLock { state in
      for (target, sample) in samples where state.samples[target]?.add(sample) == nil {
        state.samples[target] = sample
      }
    }
  }

  func latencies() async throws(RedisError) -> [Target: Duration] {
    try check()
    return state.withLock(\.known)
  }
}
