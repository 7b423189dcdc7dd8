import NIOCore
import NIOPosix
import Synchronization

/// Stands between Sluice and Redis, and can freeze single connections: no byte passes any more, and neither side is
/// told, as when a firewall forgets a connection.
public final class CutRelay: Sendable {
  private let channel: any Channel
  private let connections: Connections

  /// As `REDIS_URL` takes it.
  public var url: String { "redis://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  public static func with<Value>(
    socket: String, _ body: (CutRelay) async throws -> Value
  ) async throws -> Value {
    let connections = Connections()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop).connect(unixDomainSocketPath: socket).flatMap { server in
          client.eventLoop.makeCompletedFuture {
            let link = connections.add()
            try client.pipeline.syncOperations.addHandler(RelayHandler(to: server, link, readsName: true))
            try server.pipeline.syncOperations.addHandler(RelayHandler(to: client, link, readsName: false))
          }
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<Value, any Error>
    do { result = .success(try await body(CutRelay(channel, connections))) } catch {
      result = .failure(error)
    }
    try await channel.close()
    return try result.get()
  }

  private init(_ channel: any Channel, _ connections: Connections) {
    self.channel = channel
    self.connections = connections
  }

  /// Freezes every connection that names itself so (`CLIENT SETNAME`). Returns how many.
  public func freeze(_ name: String) -> Int { connections.freeze(name) }

  /// Whether there is a connection of that name that is not frozen.
  public func has(_ name: String) -> Bool { connections.has(name) }
}

/// One connection through the relay.
private final class Link: Sendable {
  struct State {
    var name: String?
    var isFrozen = false
    var isClosed = false
  }
  let state = Mutex(State())
}

private final class Connections: Sendable {
  private let links = Mutex<[Link]>([])

  func add() -> Link {
    let link = Link()
    links.withLock { $0.append(link) }
    return link
  }

  func has(_ name: String) -> Bool {
    links.withLock { $0 }.contains { $0.state.withLock { $0.name == name && !$0.isFrozen && !$0.isClosed } }
  }

  func freeze(_ name: String) -> Int {
    links.withLock { $0 }.count { link in
      link.state.withLock { state in
        guard state.name == name, !state.isFrozen, !state.isClosed else { return false }
        state.isFrozen = true
        return true
      }
    }
  }
}

/// Passes bytes to the other side until the link is frozen.
private final class RelayHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let other: any Channel
  private let link: Link
  private let readsName: Bool

  init(to other: any Channel, _ link: Link, readsName: Bool) {
    self.other = other
    self.link = link
    self.readsName = readsName
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    if readsName { readName(in: bytes) }
    guard !link.state.withLock(\.isFrozen) else { return }
    other.writeAndFlush(bytes, promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    link.state.withLock { $0.isClosed = true }
    // A frozen connection's end is not passed on, either.
    if !link.state.withLock(\.isFrozen) { other.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// `… SETNAME $12 sluice-worker`: the name is the last word of the command.
  private func readName(in bytes: ByteBuffer) {
    guard link.state.withLock({ $0.name == nil }) else { return }
    let words = String(buffer: bytes).split(whereSeparator: \.isNewline)
    guard let index = words.firstIndex(of: "SETNAME"), words.count > index + 2 else { return }
    link.state.withLock { $0.name = String(words[index + 2]) }
  }
}
