import NIOCore
import NIOPosix
import Shared

extension JobRunner {
  /// How long it is tried to tell what was bought, and how long is waited between two tries. Whoever settles jobs of lost
  /// workers waits longer (bought.lua).
  private static let timeToTell = Duration.seconds(30)
  private static let pause = TimeAmount.milliseconds(250)

  /// Tells what was bought for a job that is left alone: it may have been cancelled, and then it has cost that. Where the
  /// worker gives back what it holds, it tells that with it.
  ///
  /// While Redis is away nothing can be told. When that takes too long, the job counts as what it had reserved.
  func giveUp(
    _ job: ClaimedJob, asked model: String?, _ report: CascadeReport, since start: ContinuousClock.Instant,
    _ tracing: JobTracing?
  ) async -> CancellationError {
    let lease = job.lease
    let end = ContinuousClock.now + Self.timeToTell
    let slot = JobAccountSlot()
    while !held.abandon(lease, bought: report.unused) {
      if let isSettled = try? await recorder.queue.settle(lease, bought: report.unused, telling: slot) {
        // Of one whose lease was lost Redis counts what it had reserved, and nothing here.
        guard isSettled else { break }
        if let unused = report.unused { log.metrics.bought(unused, by: slot.account?.tenant) }
        await log.cancelled(
          job, asked: model, slot.account, after: report, since: start, in: tracing?.traceID)
        break
      }
      guard ContinuousClock.now < end else { break }
      await Self.rest()
    }
    return CancellationError()
  }

  /// Waits a moment, also in a task that is cancelled, as here it is.
  private static func rest() async {
    await withCheckedContinuation { continuation in
      MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: pause) { continuation.resume() }
    }
  }
}
