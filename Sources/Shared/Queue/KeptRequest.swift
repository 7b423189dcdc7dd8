public import NIOCore

/// What is kept of a request beside its job, so that its answer can be come back for by the response's id.
public struct KeptRequest: Sendable {
  /// As its client sent it, as JSON, without what it brought for servers of tools.
  public var body: ByteBuffer
  /// The response from which it goes on.
  public var previous: JobID?
  /// Where it is asked, which has its answer when it is there; nil for one in no conversation.
  public var conversation: ConversationPlace?
  /// Whether its client comes back for the answer rather than wait.
  public var isBackground: Bool
  /// Whether its client may come back for it: else only its conversation has it.
  public var isKept: Bool

  public init(
    body: ByteBuffer, previous: JobID? = nil, conversation: ConversationPlace? = nil,
    isBackground: Bool = false, isKept: Bool = true
  ) {
    self.body = body
    self.previous = previous
    self.conversation = conversation
    self.isBackground = isBackground
    self.isKept = isKept
  }

  /// What the step `admit` takes of it (kept.lua).
  func words(for duration: Duration) -> ByteBuffer {
    let how = isKept ? isBackground ? "b" : "-" : "n"
    let place = conversation.map { "\($0.id.rawValue).\($0.version)" }
    var words = ByteBuffer(
      string: "\(duration.wholeMilliseconds) \(how) \(place ?? previous?.rawValue ?? "-") ")
    words.writeImmutableBuffer(body)
    return words
  }
}
