import Synchronization

/// One request's share of the ``BodyBudget``, from its body's first bytes until the queue has it, or it is answered.
final class BodyHold: Sendable {
  private struct Share {
    var bytes = 0
    var work = 0
  }

  private let budget: BodyBudget
  private let share = Mutex(Share())

  init(_ budget: BodyBudget) { self.budget = budget }

  deinit { release() }

  /// Counts a body that has grown to so many bytes. Throws ``Problem/unavailable(_:retryAfter:)`` when the process holds
  /// as much as it may.
  func grow(to bytes: Int) throws(Problem) {
    guard bytes > BodyBudget.freeBytes else { return }
    let isHeld = share.withLock { share in
      guard budget.take(bytes - share.bytes) else { return false }
      share.bytes = bytes
      return true
    }
    if !isHeld { throw Self.isFull }
  }

  /// Refuses a body of that size at once when there is no room for it now.
  func expect(_ bytes: Int) throws(Problem) {
    if bytes > BodyBudget.freeBytes, !budget.hasRoom(for: bytes) { throw Self.isFull }
  }

  /// Whether the body is of a size that counts.
  var isLarge: Bool { share.withLock { $0.bytes > 0 } }

  /// Waits for the body's turn to be worked on; one that is not large has it at once.
  func beginWork() async {
    let bytes = share.withLock(\.bytes)
    guard bytes > 0 else { return }
    await budget.beginWork(on: bytes)
    share.withLock { $0.work = bytes }
  }

  /// Counts what was read beside the body, and waits for its turn to be worked on unless the body has it.
  func add(_ bytes: Int) async throws(Problem) {
    let share = share.withLock(\.self)
    try grow(to: share.bytes + bytes)
    if share.work == 0 { await beginWork() }
  }

  /// The body is held no more. Once is enough, and twice does no harm.
  func release() {
    let share = share.withLock { share in
      defer { share = Share() }
      return share
    }
    if share.bytes > 0 || share.work > 0 { budget.give(back: share.bytes, ofWork: share.work) }
  }

  private static var isFull: Problem { .unavailable(.bodiesFillMemory, retryAfter: .seconds(1)) }
}
