public import NIOCore
public import ServiceLifecycle
import Synchronization

/// How late event loops come to what is due: a loop that is busy for long keeps everybody waiting.
public final class LoopLag: Service {
  private static let interval = TimeAmount.milliseconds(500)
  /// For how long the greatest lag is told, at least.
  private static let memory = TimeAmount.seconds(15)

  private struct State {
    var since = NIODeadline.now()
    var now = TimeAmount.zero
    var before = TimeAmount.zero
  }

  /// When a loop is to come by next.
  private final class Appointment: Sendable {
    private let due = Atomic(NIODeadline.now().uptimeNanoseconds)

    /// The loop has come, and comes again after `interval`. Returns how late it was.
    func keep(every interval: TimeAmount) -> TimeAmount {
      let now = NIODeadline.now()
      let due = NIODeadline.uptimeNanoseconds(due.load(ordering: .relaxed))
      self.due.store((now + interval).uptimeNanoseconds, ordering: .relaxed)
      return now - due
    }
  }

  private let loops: [any EventLoop]
  private let state = Mutex(State())

  public init(_ group: any EventLoopGroup) { loops = Array(group.makeIterator()) }

  public func run() async throws {
    let tasks = loops.map { loop in
      let appointment = Appointment()
      return loop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { [self] _ in
        note(appointment.keep(every: Self.interval))
      }
    }
    try? await gracefulShutdown()
    for task in tasks { task.cancel() }
  }

  func note(_ lag: TimeAmount) {
    state.withLock { state in
      let now = NIODeadline.now()
      if now - state.since > Self.memory {
        (state.before, state.now, state.since) = (state.now, .zero, now)
      }
      state.now = max(state.now, lag)
    }
  }

  /// The greatest of late, in seconds.
  public var seconds: Double {
    state.withLock { Double(max($0.now, $0.before).nanoseconds) / 1e9 }
  }
}
