import Synchronization

/// Whether this process has been told to stop.
final class DrainSwitch: Sendable {
  private let state = Atomic(false)

  var isOn: Bool { state.load(ordering: .relaxed) }
  func turnOn() { state.store(true, ordering: .relaxed) }
}
