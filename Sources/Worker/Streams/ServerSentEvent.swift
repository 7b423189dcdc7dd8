/// One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct ServerSentEvent: Sendable, Hashable {
  /// `message` where the stream does not say.
  var name = "message"
  var data: String
}
