import Hummingbird
import NIOCore

/// What the server knows of a request's connection.
struct APIContext: InitializableFromSource, Sendable {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }

  /// The peer's address without its port; nil for a Unix socket.
  var peerAddress: String? { channel.remoteAddress?.ipAddress }
}
