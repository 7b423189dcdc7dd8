/// A piece of a job's log.
public struct EventPage: Sendable {
  /// The job as it is now, without its result.
  public let job: JobRecord
  public let events: [JobEvent]
  /// Whether more events are there already.
  public let hasMore: Bool
}
