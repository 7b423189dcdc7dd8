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

  /// Reads an announcement: id, state and body with single spaces between. Nil for anything else.
  public init?(announcement: ByteBuffer) {
    var message = announcement
    guard let idText = message.readString(length: 40), let id = JobID(rawValue: idText),
      message.readInteger(as: UInt8.self) == UInt8(ascii: " "),
      let space = message.readableBytesView.firstIndex(of: UInt8(ascii: " ")),
      let state = message.readString(length: space - message.readerIndex).flatMap(JobState.init)
    else { return nil }
    message.moveReaderIndex(forwardBy: 1)
    self.init(id: id, state: state, body: message)
  }
}
