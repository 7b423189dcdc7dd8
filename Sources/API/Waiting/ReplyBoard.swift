import NIOCore
import Shared
import Synchronization

/// Where the requests of this process wait for their jobs to end.
final class ReplyBoard: Sendable {
  private struct State {
    var expectations: [JobID: [Expectation]] = [:]
    var isDrained = false
  }

  private let state = Mutex(State())

  /// Begins to listen for a job's end. Call it before the job can end, so that nothing is missed.
  func expect(_ id: JobID) -> Expectation {
    let expectation = Expectation(id: id)
    let isDrained = state.withLock { state in
      state.expectations[id, default: []].append(expectation)
      return state.isDrained
    }
    if isDrained { expectation.giveUp() }
    return expectation
  }

  /// Stops listening. Every ``expect(_:)`` needs one.
  func forget(_ expectation: Expectation) {
    state.withLock { state in
      guard var waiting = state.expectations[expectation.id] else { return }
      waiting.removeAll { $0 === expectation }
      state.expectations[expectation.id] = waiting.isEmpty ? nil : waiting
    }
  }

  /// Hands a job's end to everyone who waits for it. Returns whether anybody does.
  @discardableResult
  func deliver(_ end: JobEnd) -> Bool {
    let waiting = state.withLock { $0.expectations[end.id] ?? [] }
    for expectation in waiting { expectation.fulfil(end) }
    return !waiting.isEmpty
  }

  /// Who waits for a job.
  func expectations(of id: JobID) -> [Expectation] { state.withLock { $0.expectations[id] ?? [] } }

  /// The jobs that somebody waits for.
  var awaited: [JobID] { state.withLock { Array($0.expectations.keys) } }

  /// Ends all waits, now and from now on: the process stops, the jobs go on.
  func drain() {
    let waiting = state.withLock { state in
      state.isDrained = true
      return state.expectations.values.flatMap(\.self)
    }
    for expectation in waiting { expectation.giveUp() }
  }
}
