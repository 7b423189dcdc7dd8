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
  /// Its `ipAddress`. That of IPv4 is written here, digit by digit: every line of the log has it, and an interpolated text takes
  /// ten times as long.
  fileprivate var writtenAddress: String? {
    guard case .v4(let address) = self else { return ipAddress }
    return withUnsafeBytes(of: address.address.sin_addr) { parts in
      String(unsafeUninitializedCapacity: 15) { text in
        var count = 0
        func append(_ byte: UInt8) {
          text.initializeElement(at: count, to: byte)
          count += 1
        }
        for (place, part) in parts.enumerated() {
          if place > 0 { append(UInt8(ascii: ".")) }
          if part >= 100 { append(UInt8(ascii: "0") + part / 100) }
          if part >= 10 { append(UInt8(ascii: "0") + part / 10 % 10) }
          append(UInt8(ascii: "0") + part % 10)
        }
        return count
      }
    }
  }
}
