import NIOCore

/// What an API process hears on its channel.
public enum Announcement: Sendable {
  case end(JobEnd)
  case event(JobEvent, of: JobID)
  /// An event of this number has come, which is too large to be told: it stands in the job's log.
  case largeEvent(Int, of: JobID)

  /// Reads `<id> <state> <body>`, `<id> ended <state>`, `<id> event <number> <kind> <payload>` or
  /// `<id> event <number> large `; nil for anything else.
  public init?(_ message: ByteBuffer) {
    var message = message
    guard let id = message.readWord().flatMap(JobID.init(rawValue:)), let word = message.readWord() else {
      return nil
    }
    switch word {
    case "event":
      guard let number = message.readNumber(), let kind = message.readWord() else {
        return nil
      }
      if kind == "large" {
        self = .largeEvent(Int(number), of: id)
      } else if let event = JobEvent(number: Int(number), kind: kind, payload: message) {
        self = .event(event, of: id)
      } else {
        return nil
      }
    case "ended":
      guard let state = JobState(rawValue: String(buffer: message)) else { return nil }
      self = .end(JobEnd(id: id, state: state, body: nil))
    default:
      guard let state = JobState(rawValue: word) else { return nil }
      self = .end(JobEnd(id: id, state: state, body: message))
    }
  }
}
