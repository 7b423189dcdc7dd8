import AsyncHTTPClient
import NIOCore
import Synchronization

/// Holds one attempt to its bounds of time. One timer for all of them: most answers come long before the first.
final class AttemptWatch: Sendable {
  private struct State {
    var bounds: AttemptBounds
    var timer: Scheduled<Void>?
  }

  private let state: Mutex<State>

  init(_ bounds: AttemptBounds) { state = Mutex(State(bounds: bounds)) }

  /// Begins to watch; until now the connect time-out ruled. Fails the task with ``BoundExceeded``.
  func requestIsSent<Response: Sendable>(_ task: HTTPClient.Task<Response>) {
    state.withLock { $0.bounds.requestIsSent(at: .now()) }
    check(task)
  }

  func bytesCame() {
    state.withLock { $0.bounds.bytesCame(at: .now()) }
  }

  /// The attempt is over.
  func stop() {
    state.withLock { state in
      defer { state.timer = nil }
      return state.timer
    }?.cancel()
  }

  private func check<Response: Sendable>(_ task: HTTPClient.Task<Response>) {
    switch state.withLock({ $0.bounds.verdict(at: .now()) }) {
    case .exceeded(let bound): task.fail(reason: bound)
    case .soundUntil(let deadline):
      let timer = task.eventLoop.scheduleTask(deadline: deadline) { self.check(task) }
      state.withLock { $0.timer = timer }
    }
  }
}
