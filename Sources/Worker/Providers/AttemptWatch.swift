import AsyncHTTPClient
import NIOCore
import Synchronization

/// Holds one attempt to its bounds of time. One timer for all of them: most answers come long before the first.
final class AttemptWatch: Sendable {
  private struct State {
    var bounds: AttemptBounds
    var wasSent = false
    var timer: Scheduled<Void>?
  }

  private let state: Mutex<State>

  init(_ bounds: AttemptBounds) { state = Mutex(State(bounds: bounds)) }

  /// Begins to watch; until now the connect time-out ruled. Fails the task with ``BoundExceeded``.
  func requestIsSent<Response: Sendable>(_ task: HTTPClient.Task<Response>) {
    state.withLock { state in
      state.wasSent = true
      state.bounds.requestIsSent(at: .now())
    }
    check(task)
  }

  /// Whether the request has left, as far as is known.
  var wasSent: Bool { state.withLock { $0.wasSent } }

  /// An answer that was asked for as a stream comes whole.
  func comesWhole<Response: Sendable>(_ task: HTTPClient.Task<Response>) {
    state.withLock { $0.bounds.comesWhole() }
    check(task)
  }

  /// An answer whose head called it otherwise comes as a stream.
  func comesInEvents<Response: Sendable>(_ task: HTTPClient.Task<Response>) {
    state.withLock { $0.bounds.comesInEvents(at: .now()) }
    check(task)
  }

  /// Bytes of a stream's body came. `withEvent` says whether it has brought an event by now.
  func bytesCame<Response: Sendable>(withEvent: Bool, _ task: HTTPClient.Task<Response>) {
    let begins = state.withLock { state in
      let hadBegun = state.bounds.hasBegun
      state.bounds.bytesCame(withEvent: withEvent, at: .now())
      return state.bounds.hasBegun && !hadBegun
    }
    // The timer may be set to a later time than the one that holds from now on. Bytes that follow only put it off.
    if begins { check(task) }
  }

  /// The answer is here, and only its connection goes on: it is given so much time to come to its end, and be used again.
  func answerIsHere<Response: Sendable>(_ task: HTTPClient.Task<Response>, grace: Duration) {
    stop()
    let timer = task.eventLoop.scheduleTask(in: TimeAmount(grace)) { task.cancel() }
    state.withLock { $0.timer = timer }
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
      state.withLock { state in
        defer { state.timer = timer }
        return state.timer
      }?.cancel()
    }
  }
}
