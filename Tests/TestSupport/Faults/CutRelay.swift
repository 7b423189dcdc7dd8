import NIOCore
import NIOPosix
import Synchronization

/// Stands between Sluice (or a replica) and Redis. It can freeze single connections: no byte passes any more, and neither
/// side is told, as when a firewall forgets a connection. And it can cut the network for a while: what is sent meanwhile
/// arrives once it is whole again, as TCP has it, even what its sender has long given up.
public final class CutRelay: Sendable {
  private let channel: any Channel
  private let connections: Connections

  /// Of this machine.
  public var port: Int { channel.localAddress?.port ?? 0 }
  /// As `REDIS_URL` takes it.
  public var url: String { "redis://127.0.0.1:\(port)" }

  public static func with<Value>(
    socket: String, _ body: (CutRelay) async throws -> Value
  ) async throws -> Value {
    let connections = Connections()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop).connect(unixDomainSocketPath: socket).flatMap { server in
          client.eventLoop.makeCompletedFuture {
            let link = connections.add(on: client.eventLoop)
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

  /// Holds all that is sent from now on, either way, over connections that there are and those that come.
  public func cut() { connections.cut() }

  /// Delivers what was held, and all that comes.
  public func mend() { connections.mend() }
}

/// What goes over a connection.
private enum Parcel: Sendable {
  case bytes(ByteBuffer, to: any Channel)
  case end(of: any Channel)

  func deliver() {
    switch self {
    case .bytes(let bytes, let channel): channel.writeAndFlush(bytes, promise: nil)
    case .end(let channel): channel.close(promise: nil)
    }
  }
}

/// One connection through the relay.
private final class Link: Sendable {
  struct State {
    var name: String?
    var isFrozen = false
    var isClosed = false
    /// What waits while the network is cut; nil while it is whole.
    var held: [Parcel]?
  }
  let state: Mutex<State>
  private let eventLoop: any EventLoop

  init(on eventLoop: any EventLoop, isHeld: Bool) {
    self.eventLoop = eventLoop
    state = Mutex(State(held: isHeld ? [] : nil))
  }

  /// On the link's event loop.
  func pass(_ parcel: Parcel) {
    let isHeld = state.withLock { state in
      state.held?.append(parcel)
      return state.held != nil
    }
    if !isHeld { parcel.deliver() }
  }

  func hold() { state.withLock { $0.held = $0.held ?? [] } }

  func release() {
    // There, so that nothing overtakes what was held.
    eventLoop.execute {
      let held = self.state.withLock { state in
        defer { state.held = nil }
        return state.held ?? []
      }
      for parcel in held { parcel.deliver() }
    }
  }
}

private final class Connections: Sendable {
  private struct State {
    var links: [Link] = []
    var isCut = false
  }
  private let state = Mutex(State())
  private var links: [Link] { state.withLock(\.links) }

  func add(on eventLoop: any EventLoop) -> Link {
    state.withLock { state in
      let link = Link(on: eventLoop, isHeld: state.isCut)
      state.links.append(link)
      return link
    }
  }

  func cut() {
    state.withLock { state in
      state.isCut = true
      for link in state.links { link.hold() }
    }
  }

  func mend() {
    state.withLock { state in
      state.isCut = false
      for link in state.links { link.release() }
    }
  }

  func has(_ name: String) -> Bool {
    links.contains { $0.state.withLock { $0.name == name && !$0.isFrozen && !$0.isClosed } }
  }

  func freeze(_ name: String) -> Int {
    links.count { link in
      link.state.withLock { state in
        guard state.name == name, !state.isFrozen, !state.isClosed else { return false }
        state.isFrozen = true
        return true
      }
    }
  }
}

/// Passes bytes to the other side until the link is frozen, and while it is not held.
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
    link.pass(.bytes(bytes, to: other))
  }

  func channelInactive(context: ChannelHandlerContext) {
    link.state.withLock { $0.isClosed = true }
    // A frozen connection's end is not passed on, either.
    if !link.state.withLock(\.isFrozen) { link.pass(.end(of: other)) }
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
