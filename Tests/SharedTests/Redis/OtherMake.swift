import NIOCore
import NIOPosix
import Testing

/// A server that is no Redis: it answers commands by their names, and all others with OK.
final class OtherMake: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let replies: [String: String]

  private init(replies: [String: String]) { self.replies = replies }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // One command at a time: who logs in waits for each reply.
    let words = String(buffer: unwrapInboundIn(data)).split(separator: "\r\n")
    let name = words.count > 2 ? String(words[2]) : ""
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: replies[name] ?? "+OK\r\n")), promise: nil)
  }

  /// What a master answers to `HELLO`.
  static func hello(server: String = "redis", version: String = "7.0.15") -> String {
    let words = ["server", server, "version", version, "mode", "standalone", "role", "master"]
    return "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
  }

  /// Runs `body` with the server's URL.
  static func with(
    _ hello: String = hello(), replies: [String: String], _ body: (String) async throws -> Void
  ) async throws {
    let all = replies.merging(["HELLO": hello]) { own, _ in own }
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(OtherMake(replies: all))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    try await body("redis://127.0.0.1:\(try #require(server.localAddress?.port))")
    try await server.close()
  }
}
