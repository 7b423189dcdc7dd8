import Shared
import Synchronization

/// Remembers which job a client's hanging up shall cancel.
final class DisconnectWatch: Sendable {
  private enum State {
    case waiting(JobID?)
    case hungUp
    case ended
  }

  private let state = Mutex(State.waiting(nil))

  /// The client's request has become a job. Returns false when the client is gone already.
  func admitted(_ id: JobID) -> Bool {
    state.withLock { state in
      guard case .waiting = state else { return false }
      state = .waiting(id)
      return true
    }
  }

  /// The client is gone. Returns the job to cancel; nil when there is none yet, or the client has its answer.
  func hangUp() -> JobID? {
    state.withLock { state in
      guard case .waiting(let job) = state else { return nil }
      state = .hungUp
      return job
    }
  }

  /// The client has its answer, with which the listening ends, too.
  func end() {
    state.withLock { $0 = .ended }
  }
}
