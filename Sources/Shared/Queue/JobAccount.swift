import NIOCore
import Synchronization

/// What the step that has ended a job, or counted what was bought for it, says of it: whose it was, and how long it took by
/// Redis' clock.
public struct JobAccount: Sendable, Hashable {
  public let tenant: String
  public let lane: String
  /// The id of the key that made it; nil for `SERVICE_API_KEY`.
  public let key: String?
  /// From its admission to its first start; nil where that is not known, as for one that was queued again by an operator.
  public let wait: Duration?
  /// From its admission until its answer began to come; nil for one that is told whole.
  public let firstToken: Duration?
  public let total: Duration?
  public let user: String?

  /// Reads what `complete`, `fail`, `retry` and `settle_job` return; nil for a delivery, and for what was recorded before.
  init?(_ reply: RESPValue) {
    guard var words = reply.buffer, let tenant = words.readWord(), let lane = words.readWord(),
      let key = words.readWord(), let wait = words.readWord(), let firstToken = words.readWord(),
      let total = words.readWord()
    else { return nil }
    self.tenant = tenant
    self.lane = lane
    self.key = key == "-" ? nil : key
    self.wait = Int64(wait).map { .milliseconds($0) }
    self.firstToken = Int64(firstToken).map { .milliseconds($0) }
    self.total = Int64(total).map { .milliseconds($0) }
    user = words.readableBytes > 0 ? String(buffer: words) : nil
  }
}

/// Where a step that ends a job leaves what it says of it.
public final class JobAccountSlot: Sendable {
  private let slot = Mutex<JobAccount?>(nil)

  public init() {}

  public var account: JobAccount? { slot.withLock(\.self) }

  func take(_ reply: RESPValue) {
    if let account = JobAccount(reply) { slot.withLock { $0 = account } }
  }
}
