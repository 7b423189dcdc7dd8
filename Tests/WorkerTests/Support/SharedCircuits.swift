import Shared
import Synchronization

/// The circuits that workers share, in memory and with a switch for a Redis that is away.
final class SharedCircuits: CircuitSharing {
  private struct State {
    var records: [Target: CircuitRecord] = [:]
    var probes: Set<Target> = []
    var isAway = false
    var calls: [String] = []
  }

  private let state = Mutex(State())

  var isAway: Bool {
    get { state.withLock(\.isAway) }
    set { state.withLock { $0.isAway = newValue } }
  }
  /// Every call that was made, in order.
  var calls: [String] { state.withLock(\.calls) }

  subscript(target: Target) -> CircuitRecord? {
    get { state.withLock { $0.records[target] } }
    set { state.withLock { $0.records[target] = newValue } }
  }

  private func step<Result>(
    _ call: String, _ body: (inout State) -> Result
  ) throws(RedisError) -> sending Result where Result: Sendable {
    let result = state.withLock { state -> Result? in
      state.calls.append(call)
      return state.isAway ? nil : body(&state)
    }
    guard let result else { throw .unavailable(server: "test", reason: "it is switched off") }
    return result
  }

  func records() async throws(RedisError) -> [Target: CircuitRecord] {
    try step("records") { $0.records }
  }

  func leaveAlone(
    _ target: Target, for cooldown: Duration, cause: CircuitRecord.Cause, reason: String
  ) async throws(RedisError) {
    try step("leaveAlone \(target)") { state in
      state.probes.remove(target)
      if let stored = state.records[target], stored.remaining > cooldown { return }
      state.records[target] = CircuitRecord(cause: cause, reason: reason, remaining: cooldown)
    }
  }

  func mayProbe(_ target: Target, timeout: Duration) async throws(RedisError) -> Bool {
    try step("mayProbe \(target)") { state in
      guard let record = state.records[target] else { return true }
      return record.remaining == .zero && state.probes.insert(target).inserted
    }
  }

  func close(_ target: Target) async throws(RedisError) {
    try step("close \(target)") { state in
      state.records[target] = nil
      state.probes.remove(target)
    }
  }
}
