import Shared
import Synchronization

@testable import Worker

/// Remembers what it is told of an answer.
final class RecordingSink: DeltaSink {
  private let state = Mutex((asked: 0, target: Target?.none, text: ""))

  var text: String { state.withLock(\.text) }
  /// Whose the pieces are.
  var target: Target? { state.withLock(\.target) }
  /// How many targets were asked.
  var asked: Int { state.withLock(\.asked) }
  var hasBegun: Bool { target != nil }

  func targetIsAsked() {
    state.withLock { $0.asked += 1 }
  }

  func add(_ delta: AnswerDelta, of target: Target) {
    state.withLock { state in
      state.text += delta.text
      state.target = target
    }
  }
}
