/// The right of a worker to work on a job. A step with a lease that is not the job's present one is refused.
public struct Lease: Sendable {
  public let id: JobID
  /// Grows with every claim of the job, also across a failover that has lost some; by the clock of Redis in microseconds.
  public let fence: Int64
  /// The worker's name: two that hold the same fence, by whatever fault, are told apart.
  public let worker: String

  public init(id: JobID, fence: Int64, worker: String) {
    self.id = id
    self.fence = fence
    self.worker = worker
  }
}

extension Lease: Hashable {
  /// Of what tells leases apart within a process, which is one worker.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(fence)
  }
}
