import NIOCore

/// What an API process hears on its channel.
public enum Announcement: Sendable {
  case end(JobEnd)
  case event(JobEvent, of: JobID)

  /// Reads `<id> <state> <body>` or `<id> event <number> <kind> <payload>`; nil for anything else.
  public init?(_ message: ByteBuffer) {
    var message = message
    guard let id = message.readWord().flatMap(JobID.init(rawValue:)), let word = message.readWord() else {
      return nil
    }
    if word != "event" {
      guard let state = JobState(rawValue: word) else { return nil }
      self = .end(JobEnd(id: id, state: state, body: message))
    } else {
      guard let number = message.readWord().flatMap({ Int($0) }), let kind = message.readWord(),
        let event = JobEvent(number: number, kind: kind, payload: message)
      else { return nil }
      self = .event(event, of: id)
    }
  }
}
