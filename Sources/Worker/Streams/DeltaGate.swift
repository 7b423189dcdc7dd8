import Shared
import Synchronization

/// Lets the deltas of one of several contenders through: of the first that has any.
final class DeltaGate: Sendable {
  private let sink: any DeltaSink
  private let first = Mutex<Int?>(nil)
  private let announcements: AsyncStream<Int>
  private let announcement: AsyncStream<Int>.Continuation

  init(_ sink: any DeltaSink) {
    self.sink = sink
    (announcements, announcement) = AsyncStream.makeStream()
  }

  /// The contender whose pieces go through; nil as long as there is none.
  var winner: Int? { first.withLock { $0 } }

  /// Waits for the contender that has the first piece; nil when the task is cancelled before. For one reader.
  var chosen: Int? {
    get async {
      for await number in announcements { return number }
      return nil
    }
  }

  func sink(of contender: Int) -> any DeltaSink { GatedSink(gate: self, contender: contender) }

  fileprivate func targetIsAsked() { sink.targetIsAsked() }

  fileprivate func add(
    _ delta: AnswerDelta, of target: Target, dropping dropped: [String], by contender: Int
  ) {
    let (isIn, isFirst) = first.withLock { winner in
      let isFirst = winner == nil
      if isFirst { winner = contender }
      return (winner == contender, isFirst)
    }
    guard isIn else { return }
    sink.add(delta, of: target, dropping: dropped)
    if isFirst { announcement.yield(contender) }
  }
}

/// One contender's way through the gate.
private struct GatedSink: DeltaSink {
  let gate: DeltaGate
  let contender: Int

  var hasBegun: Bool { gate.winner == contender }

  func targetIsAsked() { gate.targetIsAsked() }
  func add(_ delta: AnswerDelta, of target: Target, dropping dropped: [String]) {
    gate.add(delta, of: target, dropping: dropped, by: contender)
  }
}
