import Logging
import NIOCore
import Shared
import Synchronization

/// Jobs that were accepted and that Redis does not have any more: what is kept to take them in anew, and how many there
/// were.
final class LostJobs: Sendable {
  private let shelf: AdmissionShelf?
  private let recent: RecentJobs
  private let lost = Atomic(0)
  private let readmitted = Atomic(0)
  private let logger: Logger

  /// Where no failover is expected (one Redis, whose replicas are not waited for), no request is kept. That jobs are gone
  /// is seen all the same: its address may lead to another server, too.
  init(expectsFailover: Bool, retention: JobRetention, logger: Logger) {
    shelf = expectsFailover ? AdmissionShelf() : nil
    recent = RecentJobs(keptFor: min(retention.jobs, retention.answers))
    self.logger = logger
  }

  // MARK: - What is kept

  /// Keeps a request whose caller waits, where that is of use and there is room.
  func keep(_ admission: Admission) -> KeptAdmission? { shelf?.keep(admission) }

  /// A job was accepted, and its client is to come back for it.
  func accepted(_ id: JobID, created: Int64) { recent.add(id, created: created) }

  /// Jobs that may be lost if another server has taken over.
  var suspects: [RecentJobs.Entry] { recent.since() }

  // MARK: - What is known

  /// Jobs are gone, and nothing was kept of them.
  func noteLost(_ ids: [JobID]) {
    guard let first = ids.first else { return }
    recent.remove(Set(ids))
    lost.add(ids.count, ordering: .relaxed)
    logger.error(
      "accepted jobs are lost: Redis does not have them any more",
      metadata: ["jobs": "\(ids.count)", "first": "\(first)"])
  }

  /// Jobs were gone, and were taken in anew.
  func noteReadmitted(_ ids: [JobID]) {
    guard let first = ids.first else { return }
    readmitted.add(ids.count, ordering: .relaxed)
    logger.warning(
      "Redis had lost jobs whose callers wait; they were admitted again",
      metadata: ["jobs": "\(ids.count)", "first": "\(first)"])
  }

  /// Of this process.
  func write(to text: inout MetricsText) {
    text.add(Metrics.jobsLost, lost.load(ordering: .relaxed))
    text.add(Metrics.jobsReadmitted, readmitted.load(ordering: .relaxed))
  }
}
