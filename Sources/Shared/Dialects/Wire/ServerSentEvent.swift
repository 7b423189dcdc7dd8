/// One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
public struct ServerSentEvent: Sendable, Hashable {
  /// `message` where the stream does not say.
  public var name = "message"
  public var data: String

  public init(name: String = "message", data: String) {
    self.name = name
    self.data = data
  }
}
