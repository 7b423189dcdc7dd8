import NIOCore
import NIOPosix
import Shared
import Synchronization

/// Writes the deltas of one job's answer to its events. The first goes at once; of those behind it, what comes close
/// together travels together, at a ``DeltaPace``.
final class DeltaWriter: DeltaSink {
  private struct State {
    var pending = AnswerDelta()
    var writer: JobDeltaWriter
    /// Who answers, until it has been told.
    var target: Target?
    var dropped: [String] = []
    /// How many targets were asked so far.
    var asked = 0
    var began: ContinuousClock.Instant?
    var hasBegun: Bool { began != nil }
    var isFinished = false
    /// The writer, while it waits for company.
    var resting: CheckedContinuation<Void, Never>?
  }

  private let lease: Lease
  private let recorder: OutcomeRecorder
  private let load: StreamLoad
  private let state: Mutex<State>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  /// `form` is how the job's API reads deltas.
  init(lease: Lease, as form: StoredForm, recorder: OutcomeRecorder, load: StreamLoad) {
    self.lease = lease
    state = Mutex(State(writer: JobDeltaWriter(as: form)))
    self.recorder = recorder
    self.load = load
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// When the first piece came; nil before.
  var began: ContinuousClock.Instant? { state.withLock { $0.began } }

  func targetIsAsked() {
    state.withLock { $0.asked += 1 }
  }

  func add(_ delta: AnswerDelta, of target: Target, dropping dropped: [String]) {
    state.withLock { state in
      state.pending.append(delta)
      if !state.hasBegun {
        state.target = target
        state.dropped = dropped
        state.began = .now
      }
    }
    signal.yield()
  }

  /// Nothing more comes: ``run()`` writes what is left at once and ends.
  func finish() {
    state.withLock { $0.isFinished = true }
    signal.finish()
    wake()
  }

  /// Writes until ``finish()``. Throws `CancellationError` when the lease is lost or the task is cancelled.
  func run() async throws {
    var number = 0
    var pace = DeltaPace()
    var iterator = signals.makeAsyncIterator()
    repeat {
      await iterator.next()
      load.begin()
      var duration: Duration?
      defer { load.end(after: duration) }
      if number > 0 { await rest(for: pace.pause(under: load.now)) }
      try Task.checkCancellation()
      guard let delta = takePending() else { continue }
      number += 1
      let start = ContinuousClock.now
      try await write(delta, number)
      duration = .now - start
    } while !isDone
  }

  private func write(_ delta: ByteBuffer, _ number: Int) async throws {
    let settlement = try await recorder.record(lease) { queue throws(QueueError) in
      try await queue.append(delta, number: number, to: lease)
    }
    if settlement != .recorded { throw CancellationError() }
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

  // MARK: - Company

  /// Returns after `pause`, or when nothing more comes.
  private func rest(for pause: Duration) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustRest = state.withLock { state in
          guard !state.isFinished, !Task.isCancelled else { return false }
          state.resting = continuation
          return true
        }
        guard mustRest else { return continuation.resume() }
        // Not called off where the rest ends sooner: no other comes after that one.
        MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(pause)) { self.wake() }
      }
    } onCancel: {
      wake()
    }
  }

  private func wake() {
    state.withLock { state in
      defer { state.resting = nil }
      return state.resting
    }?.resume()
  }
}
