/// What a look at some jobs found: for those whose announcement may have been lost.
public struct JobLook: Sendable {
  /// Those that have ended.
  public internal(set) var ends: [JobEnd] = []
  /// Those that are not there.
  public internal(set) var absent: [JobID] = []
  /// Answers of jobs that were created until then (Unix milliseconds of Redis) may have given way to new work; 0 where none
  /// did. Nothing is known of others that are not there but that they are lost.
  public internal(set) var droppedUntil: Int64 = 0

  /// Whether a job that is not there may have ended, and its answer has given way.
  public func mayHaveGivenWay(created: Int64) -> Bool { created <= droppedUntil }
}
