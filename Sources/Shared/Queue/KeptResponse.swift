public import NIOCore

/// A response that is kept for its client: a job, with what was asked.
public struct KeptResponse: Sendable {
  public let job: JobRecord
  /// As its client sent it, as JSON.
  public let asked: ByteBuffer
  /// Whether its client comes back for the answer rather than wait.
  public let isBackground: Bool
  /// The response from which it goes on.
  public let previous: JobID?
  /// The conversation in which it was asked.
  public let conversation: ConversationID?
  /// Whether it is told while it comes.
  public let isStreamed: Bool

  /// Whether it has ended, and nobody may be told of that yet: it is not known whether replicas have it.
  public var isEndUnacknowledged: Bool { job.isUntold }

  /// How many bytes of it are held when it is read.
  public var size: Int { asked.readableBytes + (job.body?.readableBytes ?? 0) }

  /// Reads what the step `response` returns; nil for anything else.
  init?(_ reply: RESPValue) {
    guard let fields = reply.array, fields.count == 6, let job = JobRecord(fields[0]),
      let asked = fields[1].buffer, let previous = fields[3].string,
      let conversation = fields[5].string
    else { return nil }
    self.init(
      job: job, asked: asked, isBackground: fields[2].string == "1", previous: JobID(rawValue: previous),
      conversation: ConversationID(rawValue: conversation), isStreamed: fields[4].string == "1")
  }

  private init(
    job: JobRecord, asked: ByteBuffer, isBackground: Bool, previous: JobID?, conversation: ConversationID?,
    isStreamed: Bool
  ) {
    self.job = job
    self.asked = asked
    self.isBackground = isBackground
    self.previous = previous
    self.conversation = conversation
    self.isStreamed = isStreamed
  }

  /// The response as it is for all who may not be told of its end yet.
  var withoutEnd: KeptResponse {
    KeptResponse(
      job: job.withoutEnd, asked: asked, isBackground: isBackground, previous: previous,
      conversation: conversation, isStreamed: isStreamed)
  }
}

/// A response, and those from which it goes on.
public struct ResponseChain: Sendable {
  /// The newest first.
  public internal(set) var responses: [KeptResponse] = []
  /// Whether one is not there any more, which the last of them goes on from.
  public internal(set) var isBroken = false
  /// Whether they have more bytes than was asked for; then there may be more, too.
  public internal(set) var isCut = false
}
