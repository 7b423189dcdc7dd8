import Logging
import ServiceLifecycle

/// Adds up usage, keeps finished work within its bounds, and some room in Redis free. Every process has one; one of them does the work.
public struct MemoryKeeper: Service {
  public static let interval = Duration.seconds(1)
  /// How many steps one turn takes at most; what is left is for the next, which comes soon.
  private static let stepsAtOnce = 200
  private static let warningInterval = Duration.seconds(60)

  private let queue: JobQueue
  private let logger: Logger

  public init(queue: JobQueue, logger: Logger) {
    self.queue = queue
    self.logger = logger
  }

  /// What one keeper knows from turn to turn.
  struct Duty: Sendable {
    let who = String(UInt64.random(in: .min ... .max), radix: 16)
    var isOwn = false
    fileprivate var lastWarning: ContinuousClock.Instant?
    /// What was told of Redis' policy last; nil while there is nothing to say.
    fileprivate var policyFault: String?
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      var duty = Duty()
      while (try? await Task.sleep(for: Self.interval)) != nil {
        // While Redis is away nothing can be done; the next second comes.
        try? await turn(&duty)
      }
    }
  }

  /// Looks once. A process that is not on duty asks nothing but whether it is.
  func turn(_ duty: inout Duty) async throws(QueueError) {
    let memory = duty.isOwn ? await queue.memory() : nil
    if let policy = memory?.policy { notice(policy, &duty) }
    // Usage records go only once they are added up; where that fails, the rest is looked after all the same.
    if duty.isOwn { _ = try? await queue.rollUsage(steps: Self.stepsAtOnce) }
    var tidying = Tidying.more
    for _ in 0..<Self.stepsAtOnce where tidying == .more {
      tidying = try await queue.tidy(memory, who: duty.who)
    }
    let wasOwn = duty.isOwn
    duty.isOwn = tidying != .elsewhere
    // The first turn has not asked Redis how full it is.
    if duty.isOwn, !wasOwn { return try await turn(&duty) }
    if duty.isOwn { try await queue.tidyResponses(memory, steps: Self.stepsAtOnce) }
    guard duty.isOwn, let shortage = memory?.shortage, shortage > 0 else { return }
    if try await queue.makeRoom(shortage, who: duty.who) == false { try await warn(&duty) }
  }

  /// Tells once of a policy that was changed since the process looked at start, or that it could not look at then.
  private func notice(_ policy: String, _ duty: inout Duty) {
    let fault = EvictionPolicy.fault(of: policy)
    guard fault != duty.policyFault else { return }
    duty.policyFault = fault
    if let fault {
      logger.error("\(fault)")
    } else {
      logger.notice("Redis has maxmemory-policy \"\(policy)\" again: it evicts no queued jobs")
    }
  }

  private func warn(_ duty: inout Duty) async throws(QueueError) {
    if let last = duty.lastWarning, .now - last < Self.warningInterval { return }
    duty.lastWarning = .now
    let use = try await queue.statistics().memory
    logger.warning(
      "Redis is almost full, and nothing is left that may give way: it holds \(use.phrase)",
      metadata: ["used": "\(use.used ?? 0)", "maxmemory": "\(use.limit ?? 0)"])
  }
}
