import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared
import Synchronization

/// A receiver of webhooks on a real socket: records what it is sent, and answers what the test says.
public final class WebhookReceiver: Sendable {
  /// What one request is answered with.
  public enum Answer: Sendable {
    case status(Int, headers: [String: String] = [:], body: String = "")
    /// Nothing, on a connection that stays open.
    case silence
    /// A status, and then a body that only ends when the caller goes.
    case endlessBody(status: Int)
    /// A status, and a body that stops half-way on a connection that stays open.
    case stalledBody(status: Int)
    /// The connection ends without an answer.
    case hangUp
  }

  /// One request as it came.
  public struct Request: Sendable {
    public let method: String
    /// Path and query.
    public let target: String
    /// By lower-case name.
    public let headers: [String: String]
    public let body: String
    /// The same as it came, also where it is no text.
    public let bytes: ByteBuffer

    /// The body as JSON; null where it is none.
    public var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }
  }

  final class Record: Sendable {
    private struct State {
      var answers: [Answer]
      var requests: [Request] = []
      var closedConnections = 0
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

    var requests: [Request] { state.withLock(\.requests) }
    var closedConnections: Int { state.withLock(\.closedConnections) }

    /// Records a request and says what it is answered with.
    func take(_ request: Request) -> Answer {
      state.withLock { state in
        state.requests.append(request)
        return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
      }
    }

    func countClosedConnection() { state.withLock { $0.closedConnections += 1 } }
  }

  private let channel: any Channel
  private let record: Record

  public var port: Int { channel.localAddress?.port ?? 0 }
  /// Where to call a receiver that listens on 127.0.0.1 and speaks no TLS.
  public var url: String { "http://127.0.0.1:\(port)/hook?team=7" }
  public var requests: [Request] { record.requests }
  /// Connections that have ended, whoever ended them.
  public var closedConnections: Int { record.closedConnections }

  /// Listens on a loopback address while `body` runs. Each request is answered with the next answer; the
  /// last one is repeated. With certificates, TLS is spoken.
  public static func with<Result>(
    _ answers: Answer..., host: String = "127.0.0.1", tls: TestCertificates? = nil,
    body: (WebhookReceiver) async throws -> Result
  ) async throws -> Result {
    let record = Record(answers)
    let context = try tls.map(makeContext)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(WebhookReceiverHandler(record))
        }
      }
      .bind(host: host, port: 0).get()
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(WebhookReceiver(channel, record)))
    } catch {
      result = .failure(error)
    }
    try await channel.close()
    return try result.get()
  }

  private static func makeContext(_ certificates: TestCertificates) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(certificates.certificate)
    let key = try NIOSSLPrivateKey(file: certificates.key, format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
  }

  private init(_ channel: any Channel, _ record: Record) {
    self.channel = channel
    self.record = record
  }
}
