import Shared
import Synchronization

@testable import Worker

/// Remembers what it is told of an answer.
final class RecordingSink: DeltaSink {
  private let state = Mutex((target: Target?.none, text: "", hasBegun: false))

  var text: String { state.withLock(\.text) }
  /// Whose the pieces are.
  var target: Target? { state.withLock(\.target) }
  var hasBegun: Bool { state.withLock(\.hasBegun) }

  func begin(_ target: Target) {
    state.withLock { $0.target = target }
  }

  func add(_ delta: AnswerDelta) {
    state.withLock { state in
      state.text += delta.text
      state.hasBegun = true
    }
  }
}
