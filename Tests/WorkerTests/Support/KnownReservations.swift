import Shared
import Synchronization

/// What jobs have reserved, as a test says; nil for a Redis that is away.
final class KnownReservations: Reservations {
  private let amount: NanoDollars??
  private let looks = Mutex(0)

  /// How often it was asked.
  var count: Int { looks.withLock { $0 } }

  /// - Parameter amount: nil for a job that no hard budget counts.
  init(_ amount: NanoDollars?) { self.amount = .some(amount) }

  private init() { amount = nil }

  static var away: KnownReservations { KnownReservations() }

  func reserved(by job: JobID) async throws(QueueError) -> NanoDollars? {
    looks.withLock { $0 += 1 }
    guard let amount else { throw .unexpectedReply(step: "reserved") }
    return amount
  }
}
