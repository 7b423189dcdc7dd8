import NIOCore
import Shared
import Synchronization

/// One reader's wait for the events of one job: announcements go in, events in their order come out.
///
/// What is waiting to be read is bounded; a reader that falls further behind is given up, and can go on at the event
/// where it was. A gap between announcements is not papered over: the reader is told to look at the job's log.
final class EventFeed: Sendable {
  enum News: Sendable {
    case events([JobEvent])
    /// Something was missed: look at the log, between ``beginLooking()`` and ``endLooking(at:)``.
    case behind
    /// Nothing came in time.
    case quiet
    /// The process stops, or the reader is too slow.
    case closed
  }

  /// The most that may wait for a reader, in bytes.
  static let bufferLimit = 256 * 1024

  fileprivate struct State {
    var waiting: [JobEvent] = []
    var bytes = 0
    /// The number of the last event that was given out or waits.
    var last: Int
    /// The number of the last event that was too large to be told.
    var large = 0
    var isLooking = false
    var isBehind = false
    var isClosed = false
    var reader: CheckedContinuation<Void, Never>?
    /// Wakes the reader when nothing comes.
    var timer: Scheduled<Void>?
  }

  let id: JobID
  /// Whether the reader's client can go on elsewhere.
  let isResumable: Bool
  private let state: Mutex<State>

  /// A feed of the events behind number `last`.
  init(id: JobID, after last: Int, isResumable: Bool = true) {
    self.id = id
    self.isResumable = isResumable
    state = Mutex(State(last: last))
  }

  // MARK: - For the board

  func deliver(_ event: JobEvent) {
    change { state in
      guard !state.isClosed, !state.isBehind, event.number > state.last else { return }
      // While the reader looks, whatever comes is kept until it is known what the log already held.
      guard event.number == state.last + 1 || (state.isLooking && state.waiting.isEmpty) else {
        state.isBehind = true
        return
      }
      state.waiting.append(event)
      state.last = event.number
      state.bytes += event.size
      // One alone waits whatever its size, or nobody could ever read it.
      guard state.bytes > Self.bufferLimit, state.waiting.count > 1 else { return }
      // What a reader misses while it looks, it finds in the log.
      if state.isLooking { state.isBehind = true } else { state.isClosed = true }
    }
  }

  /// The log has so many events: if that is more than have been heard of, some were missed. If it is less, it is gone,
  /// perhaps with its job, or the reader asked for what comes after the end: it would wait for ever.
  func note(count: Int) {
    change { state in
      if count != state.last, !state.isLooking, state.waiting.isEmpty || count > state.last {
        state.isBehind = true
      }
    }
  }

  /// The event of this number is too large to be told: it stands in the log.
  func noteLarge(_ number: Int) {
    change { state in
      state.large = max(state.large, number)
      if number > state.last, !state.isLooking { state.isBehind = true }
    }
  }

  func close() {
    change { $0.isClosed = true }
  }

  private func change(_ body: (inout State) -> Void) {
    let reader = state.withLock { state in
      body(&state)
      guard state.hasNews else { return nil as CheckedContinuation<Void, Never>? }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume()
  }

  // MARK: - For the one reader

  /// What is new, at once or within `timeout`.
  func next(within timeout: Duration, on eventLoop: any EventLoop) async -> News {
    if !state.withLock(\.hasNews) { await wait(timeout, eventLoop) }
    return state.withLock { state in
      if state.isClosed { return .closed }
      if !state.waiting.isEmpty {
        defer {
          state.waiting = []
          state.bytes = 0
        }
        return .events(state.waiting)
      }
      return state.isBehind ? .behind : .quiet
    }
  }

  private func wait(_ timeout: Duration, _ eventLoop: any EventLoop) async {
    defer {
      state.withLock { state in
        defer { state.timer = nil }
        return state.timer
      }?.cancel()
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard !state.hasNews, !Task.isCancelled else { return false }
          state.reader = continuation
          return true
        }
        guard mustWait else { return continuation.resume() }
        // Not before, or one that goes off at once would find nobody to wake.
        let timer = eventLoop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) { self.wake() }
        state.withLock { $0.timer = timer }
      }
    } onCancel: {
      wake()
    }
  }

  private func wake() {
    state.withLock { state in
      defer { state.reader = nil }
      return state.reader
    }?.resume()
  }

  /// The reader looks at the log from now on.
  func beginLooking() {
    state.withLock { state in
      state.isLooking = true
      state.isBehind = false
      state.waiting = []
      state.bytes = 0
    }
  }

  /// The reader has seen the log up to an event.
  func endLooking(at number: Int) {
    change { state in
      state.isLooking = false
      state.waiting.removeAll { $0.number <= number }
      state.bytes = state.waiting.reduce(0) { $0 + $1.size }
      if let first = state.waiting.first, first.number > number + 1 {
        state.isBehind = true
        state.waiting = []
        state.bytes = 0
      }
      state.last = state.waiting.last?.number ?? number
      if state.large > state.last { state.isBehind = true }
    }
  }
}

extension EventFeed.State {
  fileprivate var hasNews: Bool { isClosed || isBehind || !waiting.isEmpty }
}
