import Shared

/// The name under which a client knows a response: that of its job, with another beginning.
enum ResponseID {
  private static let prefix = "resp_"
  private static let jobPrefix = "job_"

  /// What the ids of a job's response and of its items have in common.
  static func token(of job: JobID) -> String { String(job.rawValue.dropFirst(jobPrefix.count)) }

  static func text(of job: JobID) -> String { prefix + token(of: job) }

  /// The job that a response's id stands for; nil for what is no such id.
  static func job(_ text: String) -> JobID? {
    guard text.hasPrefix(prefix) else { return nil }
    return JobID(rawValue: jobPrefix + text.dropFirst(prefix.count))
  }
}
