import NIOCore
import NIOHTTPTypes

/// Notices clients that go before they have their answer.
///
/// It closes a connection whose client has closed its half: Hummingbird keeps the other one open to write an
/// answer, and a hanging request would never learn that nobody waits any more.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let tally: Tally
  /// Whose answer is awaited.
  private var awaited: SimulatedProvider?

  init(tally: Tally) { self.tally = tally }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) { awaited = SimulatedProvider(path: head.path ?? "") }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent {
      clientLeft()
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    clientLeft()
    context.fireChannelInactive()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { awaited = nil }
    context.write(data, promise: promise)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    // The simulator's own doing.
    awaited = nil
    context.close(mode: mode, promise: promise)
  }

  private func clientLeft() {
    if let awaited { tally.abort(awaited) }
    awaited = nil
  }
}
