import Shared
import Synchronization

/// The quotas that workers share, in memory: so many requests are left, then none.
final class SharedQuotas: QuotaSharing {
  private struct State {
    var left = 0
    var isAway = false
    var metered: Set<Target> = []
    var settled: [Int] = []
    var observed: [StatedQuota] = []
    var asked = 0
  }

  private let state = Mutex(State())

  var left: Int {
    get { state.withLock(\.left) }
    set { state.withLock { $0.left = newValue } }
  }
  var isAway: Bool {
    get { state.withLock(\.isAway) }
    set { state.withLock { $0.isAway = newValue } }
  }
  /// How often a reservation was asked for.
  var asked: Int { state.withLock(\.asked) }
  var settled: [Int] { state.withLock(\.settled) }
  var observed: [StatedQuota] { state.withLock(\.observed) }

  private func check() throws(RedisError) {
    if isAway { throw .unavailable(server: "test", reason: "it is switched off") }
  }

  func reserve(
    _ target: Target, tokens: Int, quotas: [Quota]
  ) async throws(RedisError) -> Result<QuotaReservation, QuotaExhausted> {
    try check()
    return state.withLock { state in
      state.asked += 1
      guard state.left > 0 else { return .failure(QuotaExhausted(wait: .seconds(30))) }
      state.left -= 1
      return .success(
        QuotaReservation(target: target, estimatedTokens: tokens, receipt: Int64(state.asked), time: 0))
    }
  }

  func settle(_ reservation: QuotaReservation, usedTokens: Int, quotas: [Quota]) async throws(RedisError) {
    try check()
    state.withLock { $0.settled.append(usedTokens) }
  }

  func observe(_ stated: [StatedQuota], of target: Target, receipt: Int64?) async throws(RedisError) {
    try check()
    state.withLock { state in
      state.observed += stated
      state.metered.insert(target)
    }
  }

  func metered() async throws(RedisError) -> Set<Target> {
    try check()
    return state.withLock(\.metered)
  }
}
