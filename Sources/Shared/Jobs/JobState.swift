/// Where a job is in its life. The names are those of the HTTP contract and of the stored job.
public enum JobState: String, Sendable, Hashable, CaseIterable {
  /// In its lane, for a worker to take.
  case queued
  /// Waits for a time: delayed by its client, or between two attempts.
  case scheduled
  /// A worker holds its lease.
  case running
  case succeeded
  case failed
  case cancelled
  /// Nobody started it before its deadline.
  case expired

  /// A terminal state is never left again.
  public var isTerminal: Bool {
    switch self {
    case .queued, .scheduled, .running: false
    case .succeeded, .failed, .cancelled, .expired: true
    }
  }
}
