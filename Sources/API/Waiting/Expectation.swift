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
    var place: Place?
    var absence: Absence?
  }

  /// A job that is known to be in the queue.
  struct Place: Sendable {
    fileprivate(set) var since = ContinuousClock.now
    /// When it was created, in Unix milliseconds of Redis.
    let created: Int64
    /// Whether this process has accepted it.
    let isOwn: Bool
    /// What it takes to admit it again; nil where that is not kept.
    let kept: KeptAdmission?
  }

  /// Why a job that was in the queue is not there.
  enum Absence: Sendable {
    /// Redis has lost it, and it cannot be admitted again.
    case lost
    /// It has ended, and its answer has given way to new work before its caller was told of it.
    case gone
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

  // MARK: - A job that is not there

  /// This process has accepted the job: it is in the queue from now on.
  func isThere(created: Int64, kept: KeptAdmission?) {
    guarded.withLock { $0.place = Place(created: created, isOwn: true, kept: kept) }
  }

  /// Another has accepted the job, which is in the queue.
  func isThere(created: Int64) {
    guarded.withLock { $0.place = Place(created: created, isOwn: false, kept: nil) }
  }

  /// The job's place in the queue, where it was known to be at that time.
  func place(before time: ContinuousClock.Instant) -> Place? {
    guarded.withLock { $0.place.flatMap { $0.since < time ? $0 : nil } }
  }

  /// Why the wait has ended without an end; nil where the job is there, as far as is known.
  var absence: Absence? { guarded.withLock(\.absence) }

  /// The job is not there: nobody needs to wait for it.
  func miss(_ absence: Absence) {
    guarded.withLock { $0.absence = absence }
    giveUp()
  }
}

extension Duration {
  /// The duration in nanoseconds, as NIO's timers take it.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
