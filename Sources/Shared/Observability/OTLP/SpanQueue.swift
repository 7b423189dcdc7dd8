import Synchronization

/// Spans that wait to be sent, within bounds: what has no room is left out and counted.
final class SpanQueue: SpanSink {
  private struct State {
    var spans: [SpanRecord] = []
    var bytes = 0
    var dropped = 0
    var untold = 0
  }

  private let batching: SpanBatching
  private let state = Mutex(State())
  /// One element whenever a batch is there.
  let batches: AsyncStream<Void>
  private let announce: AsyncStream<Void>.Continuation

  init(_ batching: SpanBatching) {
    self.batching = batching
    (batches, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What belongs together is kept together: a part without its whole says little.
  func add(_ spans: [SpanRecord]) {
    let size = spans.reduce(0) { $0 + $1.size }
    let isBatch = state.withLock { state in
      guard state.spans.count + spans.count <= batching.queueSize, state.bytes + size <= batching.queueBytes
      else {
        state.dropped += spans.count
        state.untold += spans.count
        return false
      }
      let before = state.spans.count
      state.spans += spans
      state.bytes += size
      let batch = min(batching.batchSize, batching.queueSize)
      return before < batch && state.spans.count >= batch
    }
    if isBatch { announce.yield() }
  }

  /// What is there shall be sent, a batch or not.
  func ripen() { announce.yield() }

  /// The oldest spans, a batch of them at most.
  func take() -> [SpanRecord] {
    state.withLock { state in
      let batch = Array(state.spans.prefix(batching.batchSize))
      state.spans.removeFirst(batch.count)
      state.bytes = state.spans.isEmpty ? 0 : state.bytes - batch.reduce(0) { $0 + $1.size }
      return batch
    }
  }

  /// How many had no room since the process began.
  var dropped: Int { state.withLock { $0.dropped } }

  /// How many of them since this was asked last.
  func takeUntold() -> Int {
    state.withLock { state in
      defer { state.untold = 0 }
      return state.untold
    }
  }
}
