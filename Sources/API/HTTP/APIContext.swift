import Hummingbird
import NIOCore

/// What the server knows of a request's connection.
struct APIContext: InitializableFromSource, Sendable {
  /// The peer's address without its port; nil for a Unix socket.
  let peerAddress: String?
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    channel = source.channel
    peerAddress = source.channel.remoteAddress?.ipAddress
  }
}
