import NIOCore

/// What a worker hears on the channel of its ``SlotOffer``.
public enum HandOver: Sendable {
  /// A job that is its own from now on.
  case job(ClaimedJob)
  /// The offer has ended; no job comes after it.
  case end

  /// Reads what `worker` is told: `<id> <fence> <attempts> <ms until the deadline> <stream mode or -> <request>` or nothing
  /// at all; nil for anything else.
  public init?(_ message: ByteBuffer, to worker: String) {
    guard message.readableBytes > 0 else {
      self = .end
      return
    }
    var message = message
    guard let id = message.readWord().flatMap(JobID.init(rawValue:)),
      let fence = message.readNumber(), let attempts = message.readNumber(),
      let timeLeft = message.readNumber(), let mode = message.readWord()
    else { return nil }
    self = .job(
      ClaimedJob(
        lease: Lease(id: id, fence: fence, worker: worker), attempts: Int(attempts),
        timeLeft: .milliseconds(timeLeft),
        streaming: StreamMode(rawValue: mode), stored: message, deliveredJob: nil))
  }
}
