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

  private struct Guarded {
    var state = State.listening
    /// Since when the job is known to be in the queue.
    var thereSince: ContinuousClock.Instant?
    var kept: KeptAdmission?
    var isLost = false
  }

  let id: JobID
  private let guarded = Mutex(Guarded())

  init(id: JobID) { self.id = id }

  /// The job's end, or nil when it has not come within `timeout`, the client's task was cancelled, the job is lost, or the
  /// process drains. Wait once only.
  func end(within timeout: Duration, on eventLoop: any EventLoop) async -> JobEnd? {
    guard timeout > .zero else {
      return guarded.withLock { if case .over(let end) = $0.state { end } else { nil } }
    }
    let timer = eventLoop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) { self.giveUp() }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let over: JobEnd?? = guarded.withLock { guarded in
          if case .over(let end) = guarded.state { return .some(end) }
          guarded.state = .waiting(continuation)
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
    let waiter: CheckedContinuation<JobEnd?, Never>? = guarded.withLock { guarded in
      switch guarded.state {
      case .listening:
        guarded.state = .over(end)
        return nil
      case .waiting(let continuation):
        guarded.state = .over(end)
        return continuation
      case .over:
        return nil
      }
    }
    waiter?.resume(returning: end)
  }

  // MARK: - A job that is lost

  /// The job is in the queue from now on. `kept` is what it takes to admit it again; nil where that is not kept.
  func isThere(_ kept: KeptAdmission? = nil) {
    guarded.withLock { guarded in
      guarded.thereSince = .now
      guarded.kept = kept
    }
  }

  /// Whether the job was known to be in the queue at that time.
  func wasThere(before time: ContinuousClock.Instant) -> Bool {
    guarded.withLock { $0.thereSince.map { $0 < time } ?? false }
  }

  var kept: KeptAdmission? { guarded.withLock(\.kept) }

  /// Whether the wait has ended because the job is gone.
  var isLost: Bool { guarded.withLock(\.isLost) }

  /// The job is gone, and cannot be admitted again.
  func lose() {
    guarded.withLock { $0.isLost = true }
    giveUp()
  }
}

extension Duration {
  /// The duration in nanoseconds, as NIO's timers take it.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
