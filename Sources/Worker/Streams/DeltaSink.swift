import Shared

/// Where the deltas of a job's answer go while they come.
protocol DeltaSink: Sendable {
  /// A target is asked, be it the first or one more.
  func targetIsAsked()
  /// Takes a piece of a target's answer; must not block.
  /// `dropped` is what of the client's wishes the target was not told.
  func add(_ delta: AnswerDelta, of target: Target, dropping dropped: [String])
  /// Whether anything has been taken. What has may have been read by the client.
  var hasBegun: Bool { get }
}
