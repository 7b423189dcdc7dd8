/// Where it is known what jobs have reserved.
public protocol Reservations: Sendable {
  /// What a job has reserved of hard budgets: the most that it may cost. Nil where none counts it.
  func reserved(by job: JobID) async throws(QueueError) -> NanoDollars?
}

extension JobQueue: Reservations {
  public func reserved(by job: JobID) async throws(QueueError) -> NanoDollars? {
    var command = step("reserved")
    command.append(job.rawValue)
    guard let amount = try await perform(command).integer else { throw .unexpectedReply(step: "reserved") }
    return amount < 0 ? nil : NanoDollars(rawValue: amount)
  }
}
