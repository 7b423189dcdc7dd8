import Synchronization

/// Whether this process has looked at its Redis and found it fit: until then no request reaches it.
final class StartGate: Sendable {
  private let state = Atomic(false)

  var isOpen: Bool { state.load(ordering: .relaxed) }
  func open() { state.store(true, ordering: .relaxed) }

  /// Returns once it is open, or after `time`.
  func wait(atMost time: Duration) async {
    let end = ContinuousClock.now + time
    while !isOpen, .now < end, (try? await Task.sleep(for: .milliseconds(5))) != nil {}
  }
}
