import NIOCore

/// How a job ended, as announced to those who wait.
public struct JobEnd: Sendable {
  public let id: JobID
  public let state: JobState
  /// The result or failure; empty for other ends, and when it is not ``isWhole``.
  public let body: ByteBuffer
  /// Whether ``body`` is there. One that is large is not told: ``JobQueue/end(of:)`` reads it.
  public let isWhole: Bool

  /// - Parameter body: nil when it is not told.
  public init(id: JobID, state: JobState, body: ByteBuffer?) {
    self.id = id
    self.state = state
    self.body = body ?? ByteBuffer()
    isWhole = body != nil
  }
}
