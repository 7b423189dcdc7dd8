import Synchronization

/// The clients' log: what was admitted and what was refused.
public final class KeyHistory: Sendable {
  private struct State {
    var admitted: [String: KeyQuestion] = [:]
    var refusals: [KeyRefusal] = []
    var strange: [String] = []
  }

  private let state = Mutex(State())

  public init() {}

  public func admit(_ job: String, _ question: KeyQuestion) {
    state.withLock { $0.admitted[job] = question }
  }

  public func refuse(_ refusal: KeyRefusal) { state.withLock { $0.refusals.append(refusal) } }

  /// An answer that no client should have had.
  public func wonder(at answer: String) { state.withLock { $0.strange.append(answer) } }

  public var admitted: [String: KeyQuestion] { state.withLock(\.admitted) }
  public var refusals: [KeyRefusal] { state.withLock(\.refusals) }
  public var strange: [String] { state.withLock(\.strange) }
  public var refusalCount: Int { state.withLock(\.refusals.count) }
}
