import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPCompression

/// Compresses a request's body as a whole (RFC 1952).
enum GzipBody {
  /// Nil when it cannot be compressed; then it goes as it is.
  static func compress(_ body: ByteBuffer) -> ByteBuffer? {
    let channel = EmbeddedChannel(handler: NIOHTTPRequestCompressor(encoding: .gzip))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var compressed = ByteBuffer()
    do {
      let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
      try channel.writeOutbound(HTTPClientRequestPart.head(head))
      try channel.writeOutbound(HTTPClientRequestPart.body(.byteBuffer(body)))
      try channel.writeOutbound(HTTPClientRequestPart.end(nil))
      while let part = try channel.readOutbound(as: HTTPClientRequestPart.self) {
        if case .body(.byteBuffer(var bytes)) = part { compressed.writeBuffer(&bytes) }
      }
    } catch { return nil }
    return compressed.readableBytes > 0 ? compressed : nil
  }
}
