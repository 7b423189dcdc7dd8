import Logging
import Shared
import Synchronization

/// Whether a worker can claim jobs: one that cannot says so, and gives no sign of life.
///
/// A Redis that renews leases and refuses claims (a step that fails, a right that was taken away) would else leave a
/// worker that looks well and does nothing.
final class ClaimWatch: Sendable {
  /// Shorter troubles are those of a restart or failover, which nobody has to hear of from each worker.
  private static let bearable = Duration.seconds(10)
  private static let interval = Duration.seconds(60)

  private struct Trouble {
    let since: ContinuousClock.Instant
    var lastFailure: ContinuousClock.Instant
    var failures = 0
    var lastSaid: ContinuousClock.Instant?
  }

  private let trouble = Mutex<Trouble?>(nil)
  private let hasSucceeded = Atomic(false)

  /// Whether it has been able to claim at all.
  var hasClaimed: Bool { hasSucceeded.load(ordering: .relaxed) }

  /// Whether claims have failed for so long that somebody must look.
  func isStuck(now: ContinuousClock.Instant = .now) -> Bool {
    trouble.withLock { trouble in
      // Who has been handed jobs for all his slots since the last failure claims nothing, and is well.
      trouble.map { min(now, $0.lastFailure) - $0.since >= Self.bearable } ?? false
    }
  }

  func failed(_ error: QueueError, now: ContinuousClock.Instant = .now, logger: Logger) {
    let unsaid: Int? = trouble.withLock { trouble in
      var current = trouble ?? Trouble(since: now, lastFailure: now)
      current.lastFailure = now
      current.failures += 1
      defer { trouble = current }
      // What Redis says no to is not mended by waiting.
      guard error.isRefusal || now - current.since >= Self.bearable else { return nil }
      if let last = current.lastSaid, now - last < Self.interval { return nil }
      defer { (current.lastSaid, current.failures) = (now, 0) }
      return current.failures
    }
    guard let unsaid else { return }
    logger.error("jobs cannot be claimed: \(error)", metadata: ["failures": "\(unsaid)"])
  }

  func succeeded(now: ContinuousClock.Instant = .now, logger: Logger) {
    hasSucceeded.store(true, ordering: .relaxed)
    let ended = trouble.withLock { trouble in
      defer { trouble = nil }
      return trouble
    }
    guard let ended, ended.lastSaid != nil else { return }
    logger.notice(
      "jobs are claimed again", metadata: ["after_ms": "\((now - ended.since).wholeMilliseconds)"])
  }
}
