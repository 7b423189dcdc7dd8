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

  func sink(of contender: Int, _ target: Target) -> any DeltaSink {
    GatedSink(gate: self, contender: contender, target: target)
  }

  fileprivate func add(_ delta: AnswerDelta, of contender: Int, _ target: Target) {
    let (isIn, isFirst) = first.withLock { winner in
      let isFirst = winner == nil
      if isFirst { winner = contender }
      return (winner == contender, isFirst)
    }
    guard isIn else { return }
    if isFirst { sink.begin(target) }
    sink.add(delta)
    if isFirst { announcement.yield(contender) }
  }
}

/// One contender's way through the gate.
private struct GatedSink: DeltaSink {
  let gate: DeltaGate
  let contender: Int
  let target: Target

  var hasBegun: Bool { gate.winner == contender }

  func begin(_ target: Target) {}
  func add(_ delta: AnswerDelta) { gate.add(delta, of: contender, target) }
}
