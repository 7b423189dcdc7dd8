public import NIOCore

/// Ends a server's connection once the server has been stopping for a while. Otherwise a client that reads nothing of what it
/// is answered holds the process for ever: the server waits until the answers to requests under way are written.
///
/// It must stand before the handler that closes idle connections, which keeps the event to itself.
public final class StopBound: ChannelInboundHandler, RemovableChannelHandler {
  public typealias InboundIn = NIOAny
  public typealias InboundOut = NIOAny

  private let time: TimeAmount
  private var end: Scheduled<Void>?

  /// - Parameter time: what requests under way have, from the moment at which the server stops.
  public init(after time: TimeAmount) { self.time = time }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent, end == nil {
      let channel = context.channel
      end = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  public func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }
}
