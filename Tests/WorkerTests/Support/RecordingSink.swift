import Shared
import Synchronization

@testable import Worker

/// Remembers what it is told of an answer.
final class RecordingSink: DeltaSink {
  private let state = Mutex((asked: 0, target: Target?.none, text: "", dropped: [String]()))

  var text: String { state.withLock(\.text) }
  /// Whose the pieces are.
  var target: Target? { state.withLock(\.target) }
  /// What of the client's wishes it was not told.
  var dropped: [String] { state.withLock(\.dropped) }
  /// How many targets were asked.
  var asked: Int { state.withLock(\.asked) }
  var hasBegun: Bool { target != nil }

  func targetIsAsked() {
    state.withLock { $0.asked += 1 }
  }

  func add(_ delta: AnswerDelta, of target: Target, dropping dropped: [String]) {
    state.withLock { state in
      state.text += delta.text
      state.target = target
      state.dropped = dropped
    }
  }
}
