import NIOCore
import NIOHTTPTypes

/// Closes a connection whose client has gone. Hummingbird keeps the half of it open to write an answer; a
/// hanging request would never learn that nobody waits any more.
final class HalfClosureHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
