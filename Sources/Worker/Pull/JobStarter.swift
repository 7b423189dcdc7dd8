import Shared

/// Begins with the jobs that a worker was given. ``HeldJobs`` has them until they end.
///
/// A class, so that each job's task shares it instead of copying all that it holds.
final class JobStarter: Sendable {
  private let runner: JobRunner
  private let deliveries: DeliveryRunner
  let held: HeldJobs

  init(runner: JobRunner, deliveries: DeliveryRunner, held: HeldJobs) {
    self.runner = runner
    self.deliveries = deliveries
    self.held = held
  }

  func start(_ job: ClaimedJob, isHanded: Bool = false) {
    held.hold(job.lease, isHanded: isHanded) {
      let task = Task(executorPreference: EventLoopExecutor.singleton) {
        defer { self.held.drop(job.lease) }
        // A cancelled job is left to its lease, or given back; nothing else can fail.
        do { try await self.run(job) } catch { self.held.abandon(job.lease, bought: nil) }
      }
      return { task.cancel() }
    }
  }

  private func run(_ job: ClaimedJob) async throws {
    if job.lease.id.kind == .delivery {
      try await deliveries.run(job)
    } else {
      try await runner.run(job)
    }
  }
}
