/// The name under which a client knows a response: that of its job, with another beginning.
public enum ResponseID {
  private static let prefix = "resp_"
  private static let jobPrefix = "job_"
  private static let tokenLength = 36

  /// What the ids of a job's response and of its items have in common.
  public static func token(of job: JobID) -> String { String(job.rawValue.dropFirst(jobPrefix.count)) }

  public static func text(of job: JobID) -> String { prefix + token(of: job) }

  /// The job of the response in which an item has that id, such as `msg_…`; nil for an id that is none of ours.
  public static func job(ofItem text: String) -> JobID? {
    guard let end = text.firstIndex(of: "_") else { return nil }
    return JobID(rawValue: jobPrefix + text[end...].dropFirst().prefix(tokenLength))
  }

  /// The job that a response's id stands for; nil for what is no such id.
  public static func job(_ text: String) -> JobID? {
    guard text.hasPrefix(prefix) else { return nil }
    return JobID(rawValue: jobPrefix + text.dropFirst(prefix.count))
  }
}
