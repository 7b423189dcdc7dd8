import Hummingbird
import NIOCore

/// What the server knows of a request's connection.
struct APIContext: InitializableFromSource, Sendable {
  let channel: any Channel
  /// Whose it is. Looked up at once: a connection that has ended does not know it any more.
  private let peer: SocketAddress?

  init(source: ApplicationRequestContextSource) { self.init(channel: source.channel) }

  init(channel: any Channel) {
    self.channel = channel
    peer = channel.remoteAddress
  }

  /// The peer's address without its port; nil for a Unix socket.
  var peerAddress: String? { peer?.ipAddress }
}
