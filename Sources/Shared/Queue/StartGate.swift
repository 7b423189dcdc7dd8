import Synchronization

/// Whether this process has looked at its Redis and found it fit: until then no request reaches it, and nothing is written. Where
/// it is not, the process stops.
public final class StartGate: Sendable {
  private let state = Atomic(false)
  private let refused = Atomic(false)

  public init() {}

  public var isOpen: Bool { state.load(ordering: .relaxed) }
  public func open() { state.store(true, ordering: .relaxed) }

  /// Whether it will not open: the process is about to stop.
  public var isRefused: Bool { refused.load(ordering: .relaxed) }
  public func refuse() { refused.store(true, ordering: .relaxed) }

  /// Returns once it is open or will not open, after `time`, or when the task is cancelled.
  public func wait(atMost time: Duration) async {
    let end = ContinuousClock.now + time
    while !isOpen, !isRefused, .now < end, (try? await Task.sleep(for: .milliseconds(5))) != nil {}
  }

  /// The same, however long it takes.
  func wait() async {
    while !isOpen, (try? await Task.sleep(for: .milliseconds(100))) != nil {}
  }
}
