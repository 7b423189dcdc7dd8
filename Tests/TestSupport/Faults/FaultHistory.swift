import Shared
import Synchronization

/// What clients were told while faults were injected.
public final class FaultHistory: Sendable {
  private struct State {
    var accepted: [String: String] = [:]
    var answered: Set<String> = []
    var doubleAccepted: [String] = []
    var refusals: [String: Int] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// A client was given a job for its idempotency key.
  public func accept(_ id: String, key: String) {
    state.withLock { state in
      if let known = state.accepted[key], known != id { state.doubleAccepted.append(key) }
      state.accepted[key] = id
    }
  }

  /// A client was told the answer of its job.
  public func answer(_ id: String) { state.withLock { _ = $0.answered.insert(id) } }

  public var answered: Set<String> { state.withLock(\.answered) }

  /// A client was refused, or its connection broke; it tries again.
  public func refuse(_ why: String) { state.withLock { $0.refusals[why, default: 0] += 1 } }

  public var accepted: Set<String> { state.withLock { Set($0.accepted.values) } }
  public var count: Int { state.withLock(\.accepted.count) }
  /// Idempotency keys for which clients were given two jobs.
  public var doubleAccepted: [String] { state.withLock(\.doubleAccepted) }
  /// How often clients were refused, by status or kind of fault.
  public var refusals: [String: Int] { state.withLock(\.refusals) }
}
