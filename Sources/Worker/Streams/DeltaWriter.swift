import NIOCore
import Shared
import Synchronization

/// Writes the deltas of one job's answer to its events. Those that come close together travel together: the first
/// wait 5 ms for company, later ones up to 25 ms, so that the first words come soon and the many after them cost
/// little.
final class DeltaWriter: DeltaSink {
  private struct State {
    var pending = AnswerDelta()
    var writer: JobDeltaWriter
    /// Who answers, until it has been told.
    var target: Target?
    var dropped: [String] = []
    /// How many targets were asked so far.
    var asked = 0
    var hasBegun = false
    var isFinished = false
  }

  private static let firstPause = Duration.milliseconds(5)
  private static let longestPause = Duration.milliseconds(25)

  private let lease: Lease
  private let recorder: OutcomeRecorder
  private let state: Mutex<State>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  /// `form` is how the job's API reads deltas.
  init(lease: Lease, as form: StoredForm, recorder: OutcomeRecorder) {
    self.lease = lease
    state = Mutex(State(writer: JobDeltaWriter(as: form)))
    self.recorder = recorder
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  func targetIsAsked() {
    state.withLock { $0.asked += 1 }
  }

  func add(_ delta: AnswerDelta, of target: Target, dropping dropped: [String]) {
    state.withLock { state in
      state.pending.append(delta)
      if !state.hasBegun {
        state.target = target
        state.dropped = dropped
      }
      state.hasBegun = true
    }
    signal.yield()
  }

  /// Nothing more comes: ``run()`` writes what is left and ends.
  func finish() {
    state.withLock { $0.isFinished = true }
    signal.finish()
  }

  /// Writes until ``finish()``. Throws `CancellationError` when the lease is lost or the task is cancelled.
  func run() async throws {
    var number = 0
    var pause = Self.firstPause
    var iterator = signals.makeAsyncIterator()
    repeat {
      await iterator.next()
      if !state.withLock(\.isFinished) { try await Task.sleep(for: pause) }
      pause = min(pause + .milliseconds(5), Self.longestPause)
      guard let delta = takePending() else { continue }
      number += 1
      let piece = number
      let settlement = try await recorder.record(lease) { queue throws(QueueError) in
        try await queue.append(delta, number: piece, to: lease)
      }
      if settlement != .recorded { throw CancellationError() }
    } while !isDone
  }

  /// What waits, as it is stored; nil when nothing does.
  private func takePending() -> ByteBuffer? {
    state.withLock { state in
      guard !state.pending.isEmpty else { return nil }
      var delta = JobDelta(state.pending)
      if let target = state.target {
        delta.target = target
        delta.attempts = state.asked
        delta.dropped = state.dropped
        state.target = nil
      }
      state.pending = AnswerDelta()
      return state.writer.encode(delta)
    }
  }

  private var isDone: Bool { state.withLock { $0.isFinished && $0.pending.isEmpty } }
}
