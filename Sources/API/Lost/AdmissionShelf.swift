import Synchronization

/// Room for what waiting callers have asked: small requests only, and so many bytes of them in all. A large one whose job
/// is lost must be sent again by its client; to keep it would cost more than a lost job does.
final class AdmissionShelf: Sendable {
  /// As bodies that are not counted while they are read.
  private static let largest = BodyBudget.freeBytes
  private static let limit = 64 * 1024 * 1024

  private let bytes = Atomic(0)

  /// Counts what is kept; false where there is no room for it, and then nothing was counted.
  func take(_ size: Int) -> Bool {
    guard size <= Self.largest else { return false }
    let (_, after) = bytes.wrappingAdd(size, ordering: .relaxed)
    if after <= Self.limit { return true }
    give(back: size)
    return false
  }

  func give(back size: Int) { bytes.wrappingSubtract(size, ordering: .relaxed) }

  /// How much is kept now, in bytes.
  var heldBytes: Int { bytes.load(ordering: .relaxed) }
}
