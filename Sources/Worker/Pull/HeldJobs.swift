import Shared
import Synchronization

/// The jobs that a worker holds: how many more it may take, whose leases it must renew, and how to stop one.
final class HeldJobs: Sendable {
  private struct State {
    var cancels: [Lease: @Sendable () -> Void] = [:]
    var isStopping = false
    /// The pull loop, while it waits for a free slot.
    var puller: CheckedContinuation<Void, Never>?
    /// The draining service, while it waits for the last job.
    var drainer: CheckedContinuation<Void, Never>?
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = capacity }

  var leases: [Lease] { state.withLock { Array($0.cancels.keys) } }
  var isStopping: Bool { state.withLock { $0.isStopping } }

  func hold(_ lease: Lease, cancel: @escaping @Sendable () -> Void) {
    state.withLock { $0.cancels[lease] = cancel }
  }

  func drop(_ lease: Lease) {
    let (puller, drainer) = state.withLock { state in
      state.cancels[lease] = nil
      defer {
        state.puller = nil
        if state.cancels.isEmpty { state.drainer = nil }
      }
      return (state.puller, state.cancels.isEmpty ? state.drainer : nil)
    }
    puller?.resume()
    drainer?.resume()
  }

  /// Stops work on jobs whose leases are lost.
  func cancel(_ leases: some Sequence<Lease>) {
    let cancels = state.withLock { state in leases.compactMap { state.cancels[$0] } }
    for cancel in cancels { cancel() }
  }

  /// Stops work on a job that its tenant has cancelled.
  func cancel(_ id: JobID) { cancel(leases.filter { $0.id == id }) }

  /// Nothing more is taken from now on.
  func stop() {
    let puller = state.withLock { state in
      state.isStopping = true
      defer { state.puller = nil }
      return state.puller
    }
    puller?.resume()
  }

  /// How many jobs may be taken, at least one; zero once the worker is stopping. Only the pull loop asks.
  func waitForFreeSlots() async -> Int {
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        guard !state.isStopping, state.cancels.count >= capacity else { return false }
        state.puller = continuation
        return true
      }
      if !mustWait { continuation.resume() }
    }
    return state.withLock { $0.isStopping ? 0 : max(0, capacity - $0.cancels.count) }
  }

  /// Returns when no job is held any more. Only the draining service asks.
  func waitUntilEmpty() async {
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        guard !state.cancels.isEmpty else { return false }
        state.drainer = continuation
        return true
      }
      if !mustWait { continuation.resume() }
    }
  }
}
