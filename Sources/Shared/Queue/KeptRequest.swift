public import NIOCore

/// What is kept of a request beside its job, so that its answer can be come back for by the response's id.
public struct KeptRequest: Sendable {
  /// As its client sent it, as JSON, without what it brought for servers of tools.
  public var body: ByteBuffer
  /// The response from which it goes on.
  public var previous: JobID?
  /// Whether its client comes back for the answer rather than wait.
  public var isBackground: Bool

  public init(body: ByteBuffer, previous: JobID? = nil, isBackground: Bool = false) {
    self.body = body
    self.previous = previous
    self.isBackground = isBackground
  }

  /// What the step `admit` takes of it (kept.lua).
  func words(for duration: Duration) -> ByteBuffer {
    let how = "\(duration.wholeMilliseconds) \(isBackground ? "b" : "-") \(previous?.rawValue ?? "-") "
    var words = ByteBuffer(string: how)
    words.writeImmutableBuffer(body)
    return words
  }
}
