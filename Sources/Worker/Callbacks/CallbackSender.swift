import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Shared

/// Sends one webhook: resolves its host, looks at the address, and connects to that address and no other.
struct CallbackSender: Sendable {
  enum Outcome: Sendable, Hashable {
    case delivered
    /// Trying again will not help: the receiver is gone (410), or may not be called.
    case refused(String)
    case failed(String, retryAfter: Duration?)
  }

  let policy: CallbackPolicy
  var connectTimeout = Duration.seconds(5)
  var totalTimeout = Duration.seconds(15)

  /// Throws only `CancellationError`.
  func send(_ body: ByteBuffer, id: String, to text: String) async throws(CancellationError) -> Outcome {
    guard let secret = policy.secret else { return .failed("WEBHOOK_SECRET is not set", retryAfter: nil) }
    let url: CallbackURL
    // What was allowed when the job was submitted may not be any more.
    do { url = try policy.url(text) } catch { return .refused("\(error)") }
    guard let address = await Self.resolve(url) else {
      return .failed("its host \(url.host) has no address", retryAfter: nil)
    }
    guard policy.guard.permits(address) else { return .refused("its host \(url.host) has no public address") }
    let timestamp = Timestamp.now / 1000
    var request = HTTPClientRequest(url: url.text)
    request.method = .POST
    request.headers = [
      "content-type": "application/json", "user-agent": "sluice/\(Version.current)", "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": secret.signature(
        id: id, timestamp: timestamp, body: Array(body.readableBytesView)),
    ]
    request.body = .bytes(body)
    return try await execute(request, host: url.host, at: address)
  }

  private func execute(
    _ request: HTTPClientRequest, host: String, at address: String
  ) async throws(CancellationError) -> Outcome {
    // A client for this delivery alone: it is the client's own table that pins the host to the address.
    // Certificates are still checked against the host's name.
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(connectTimeout)))
    configuration.dnsOverride = [host: address]
    configuration.connectionPool.retryConnectionEstablishment = false
    let client = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    let outcome: Outcome
    do {
      // Only the head matters. The body is dropped unread, and the connection with it.
      let response = try await client.execute(request, timeout: TimeAmount(totalTimeout))
      outcome = Self.outcome(of: response)
    } catch {
      outcome = .failed("it could not be reached", retryAfter: nil)
    }
    // Fails only when it has been shut down before.
    try? await client.shutdown()
    if Task.isCancelled { throw CancellationError() }
    return outcome
  }

  private static func outcome(of response: HTTPClientResponse) -> Outcome {
    switch response.status.code {
    case 200..<300: .delivered
    case 410: .refused("its receiver is gone (410)")
    case 300..<400: .failed("it redirects (\(response.status.code)), which is not followed", retryAfter: nil)
    case let code:
      .failed("it answered \(code)", retryAfter: ResetTime.stated(in: response.headers))
    }
  }

  /// The address that will be connected to. Asking the system's resolver blocks, so it has a thread of its own.
  private static func resolve(_ url: CallbackURL) async -> String? {
    let (host, port) = (url.host, url.port)
    return try? await NIOThreadPool.singleton.runIfActive {
      try SocketAddress.makeAddressResolvingHost(host, port: port).ipAddress
    }
  }
}
