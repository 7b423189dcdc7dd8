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
  var peerAddress: String? { peer?.writtenAddress }
}

extension SocketAddress {
  /// Its `ipAddress`. That of IPv4 is written here, at a tenth of what the C library's way takes: every line of the log has it.
  fileprivate var writtenAddress: String? {
    guard case .v4(let address) = self else { return ipAddress }
    return withUnsafeBytes(of: address.address.sin_addr) { "\($0[0]).\($0[1]).\($0[2]).\($0[3])" }
  }
}
