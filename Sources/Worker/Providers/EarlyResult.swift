import Synchronization

/// What a call comes to, for the one who waits for it: the first result that is told, be it before the response has come to
/// its end.
final class EarlyResult<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, any Error>

  private enum State {
    case open
    case awaited(CheckedContinuation<Outcome, Never>)
    case told(Outcome)
    case over
  }

  private let state = Mutex(State.open)

  func tell(_ outcome: Outcome) {
    let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .open:
        state = .told(outcome)
        return nil
      case .awaited(let continuation):
        state = .over
        return continuation
      case .told, .over: return nil
      }
    }
    waiting?.resume(returning: outcome)
  }

  /// To be read once. A cancelled task is told like any other: who cancels ends the call, which tells.
  var value: Outcome {
    get async {
      await withCheckedContinuation { continuation in
        let outcome: Outcome? = state.withLock { state in
          guard case .told(let outcome) = state else {
            state = .awaited(continuation)
            return nil
          }
          state = .over
          return outcome
        }
        if let outcome { continuation.resume(returning: outcome) }
      }
    }
  }
}
