import Hummingbird
import NIOCore

/// What the server knows of a request's connection.
struct APIContext: InitializableFromSource, Sendable {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { self.init(channel: source.channel) }

  init(channel: any Channel) { self.channel = channel }

  /// The peer's address without its port; nil for a Unix socket.
  var peerAddress: String? { channel.remoteAddress?.ipAddress }
}
