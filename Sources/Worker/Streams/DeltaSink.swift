import Shared

/// Where the deltas of a job's answer go while they come.
protocol DeltaSink: Sendable {
  /// The pieces that follow come from this target.
  func begin(_ target: Target)
  /// Takes a piece; must not block.
  func add(_ delta: AnswerDelta)
  /// Whether anything has been taken. What has may have been read by the client.
  var hasBegun: Bool { get }
}
