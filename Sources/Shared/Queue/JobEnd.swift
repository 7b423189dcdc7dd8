import NIOCore

/// How a job ended, as announced to those who wait.
public struct JobEnd: Sendable {
  public let id: JobID
  public let state: JobState
  /// The result or failure; empty for other ends.
  public let body: ByteBuffer

  init(id: JobID, state: JobState, body: ByteBuffer) {
    self.id = id
    self.state = state
    self.body = body
  }
}
