import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A provider that answers as soon as it has read a request's head, and hangs up once it has read the rest.
final class HastyServer: Sendable {
  private let channel: any Channel
  private let handledRequests: Counter

  fileprivate final class Counter: Sendable {
    let value = Mutex(0)
  }

  var baseURL: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
  /// Requests that were read to their end.
  var requests: Int { handledRequests.value.withLock(\.self) }

  static func with<Result>(
    answer: String, body: (HastyServer) async throws -> Result
  ) async throws -> Result {
    let counter = Counter()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(HastyHandler(answer, counter))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(HastyServer(channel, counter))) } catch { result = .failure(error) }
    try await channel.close()
    return try result.get()
  }

  private init(_ channel: any Channel, _ counter: Counter) {
    self.channel = channel
    handledRequests = counter
  }
}

private final class HastyHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let answer: String
  private let counter: HastyServer.Counter
  private var received = 0
  private var head = ""
  /// Of the whole request, once its head is there.
  private var length: Int?

  init(_ answer: String, _ counter: HastyServer.Counter) {
    self.answer = answer
    self.counter = counter
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    received += buffer.readableBytes
    if length == nil {
      head += String(buffer: buffer)
      guard let end = head.range(of: "\r\n\r\n") else { return }
      let body =
        head[..<end.lowerBound].split(separator: "\r\n")
        .first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst("content-length:".count).filter(\.isNumber)) } ?? 0
      length = head[..<end.upperBound].utf8.count + body
      let reply = "HTTP/1.1 200 OK\r\ncontent-length: \(answer.utf8.count)\r\n\r\n\(answer)"
      context.writeAndFlush(NIOAny(ByteBuffer(string: reply)), promise: nil)
    }
    guard let length, received >= length else { return }
    counter.value.withLock { $0 += 1 }
    context.close(promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
