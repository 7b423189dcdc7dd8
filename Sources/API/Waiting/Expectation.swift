import NIOCore
import Shared
import Synchronization

/// One request's wait for the end of one job.
final class Expectation: Sendable {
  private enum State {
    case listening
    case waiting(CheckedContinuation<JobEnd?, Never>)
    /// Nil when the wait was given up.
    case over(JobEnd?)
  }

  let id: JobID
  private let state = Mutex(State.listening)

  init(id: JobID) { self.id = id }

  /// The job's end, or nil when it has not come within `timeout`, the client's task was cancelled, or the
  /// process drains. Wait once only.
  func end(within timeout: Duration, on eventLoop: any EventLoop) async -> JobEnd? {
    guard timeout > .zero else { return state.withLock { if case .over(let end) = $0 { end } else { nil } } }
    let timer = eventLoop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) { self.giveUp() }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let over: JobEnd?? = state.withLock { state in
          if case .over(let end) = state { return .some(end) }
          state = .waiting(continuation)
          return nil
        }
        if let over { continuation.resume(returning: over) }
      }
    } onCancel: {
      giveUp()
    }
  }

  func fulfil(_ end: JobEnd) { finish(end) }
  func giveUp() { finish(nil) }

  private func finish(_ end: JobEnd?) {
    let waiter: CheckedContinuation<JobEnd?, Never>? = state.withLock { state in
      switch state {
      case .listening:
        state = .over(end)
        return nil
      case .waiting(let continuation):
        state = .over(end)
        return continuation
      case .over:
        return nil
      }
    }
    waiter?.resume(returning: end)
  }
}

extension Duration {
  /// The duration in nanoseconds, as NIO's timers take it.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
