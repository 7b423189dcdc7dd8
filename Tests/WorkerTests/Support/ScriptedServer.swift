import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A provider on a real socket that answers with scripted bytes, right or wrong.
final class ScriptedServer: Sendable {
  /// What one request is answered with: bytes as they are, and whether the connection ends after them.
  struct Script: Sendable {
    var bytes: [UInt8]
    var closes = false

    /// Nothing, on a connection that stays open.
    static let silence = Script(bytes: [])

    static func raw(_ text: String, closes: Bool = false) -> Script {
      Script(bytes: Array(text.utf8), closes: closes)
    }

    static func reply(_ status: Int, _ body: String, headers: String = "") -> Script {
      .raw("HTTP/1.1 \(status) X\r\ncontent-length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
  }

  fileprivate struct State {
    var scripts: [Script]
    var requests: [String] = []
    var closedConnections = 0
  }

  private let channel: any Channel
  private let state: SharedState

  fileprivate final class SharedState: Sendable {
    let value: Mutex<State>
    init(_ scripts: [Script]) { value = Mutex(State(scripts: scripts)) }
  }

  var baseURL: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
  /// Every request as it came, head and body.
  var requests: [String] { state.value.withLock(\.requests) }
  /// Connections that have ended, whoever ended them.
  var closedConnections: Int { state.value.withLock(\.closedConnections) }

  /// Each request is answered with the next script; the last one is repeated.
  static func with<Result>(
    _ scripts: Script..., body: (ScriptedServer) async throws -> Result
  ) async throws -> Result {
    try await with(scripts, body: body)
  }

  static func with<Result>(
    _ scripts: [Script], body: (ScriptedServer) async throws -> Result
  ) async throws -> Result {
    let state = SharedState(scripts)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(state))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(ScriptedServer(channel, state)))
    } catch {
      result = .failure(error)
    }
    try await channel.close()
    return try result.get()
  }

  private init(_ channel: any Channel, _ state: SharedState) {
    self.channel = channel
    self.state = state
  }
}

private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let state: ScriptedServer.SharedState
  private var received = ""

  init(_ state: ScriptedServer.SharedState) { self.state = state }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += String(buffer: unwrapInboundIn(data))
    guard let head = received.range(of: "\r\n\r\n") else { return }
    let length =
      received[..<head.lowerBound].split(separator: "\r\n")
      .first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.dropFirst("content-length:".count).filter(\.isNumber)) } ?? 0
    guard received[head.upperBound...].utf8.count >= length else { return }
    let request = received
    received = ""
    let script = state.value.withLock { state in
      state.requests.append(request)
      return state.scripts.count > 1 ? state.scripts.removeFirst() : state.scripts[0]
    }
    context.writeAndFlush(NIOAny(ByteBuffer(bytes: script.bytes)), promise: nil)
    if script.closes { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    state.value.withLock { $0.closedConnections += 1 }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
