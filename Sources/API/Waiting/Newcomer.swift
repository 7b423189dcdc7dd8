import Synchronization

/// Whether a connection was made since the last look: the server behind it may be another.
final class Newcomer: Sendable {
  private let isThere = Atomic(false)

  func note() { isThere.store(true, ordering: .relaxed) }

  /// Whether there is one; then it is taken note of.
  func take() -> Bool { isThere.exchange(false, ordering: .relaxed) }
}
