import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared

/// Delivers webhooks: signs, checks where the host leads, calls exactly what was checked.
struct CallbackSender: Sendable {
  /// A host with many addresses is not tried at all of them.
  private static let mostAddresses = 4

  let policy: CallbackPolicy
  var timeouts = CallbackTimeouts()
  var resolver = HostResolver.system(limit: CallbackTimeouts().connect)
  var tls = CallbackSender.makeTLS()

  /// One attempt. Whatever goes wrong is an outcome; nothing is retried here.
  ///
  /// Throws `CancellationError` when the task is cancelled; whether the receiver got the call is then unknown.
  ///
  /// The receiver is told of `trace`, the one that the job was in.
  func send(
    _ delivery: CallbackDelivery, in trace: TraceContext? = nil
  ) async throws(CancellationError) -> CallbackOutcome {
    guard let event = CallbackEvent(delivery.job) else { return .failed(reason: "the job has not ended") }
    return try await send(to: delivery.url, id: delivery.eventID, event.json, in: trace)
  }

  /// The same for any event. `url` is as it was stored; it is checked anew. `id` is the event's.
  func send(
    to url: String, id: String, _ body: ByteBuffer, in trace: TraceContext? = nil
  ) async throws(CancellationError) -> CallbackOutcome {
    guard let secret = policy.secret else { return .failed(reason: "WEBHOOK_SECRET is not set") }
    let checked: CallbackURL
    do { checked = try CallbackURL(url, under: policy) } catch {
      return .failed(reason: "the URL may not be called: \(error)")
    }
    let deadline = NIODeadline.now() + TimeAmount(timeouts.total)
    let signature = WebhookSignature(id: id, timestamp: Timestamp.now / 1000, body: body, secret: secret)
    do {
      let addresses = try await checkedAddresses(of: checked)
      return try await call(checked, at: addresses, signature, body, deadline, trace)
    } catch {
      if Task.isCancelled { throw CancellationError() }
      return .failed(reason: CallbackFault.words(for: error, timeouts))
    }
  }

  /// Refuses a host of which even one address may not be called: which one would be called is chance, and
  /// a name that has both kinds is an attempt to get through.
  private func checkedAddresses(of url: CallbackURL) async throws -> [IPAddress] {
    var addresses: [IPAddress] = []
    if let address = url.address {
      addresses = [address]
    } else {
      addresses = try await resolver.addresses(url.host)
    }
    guard !addresses.isEmpty else { throw HostResolver.LookupFailed() }
    guard addresses.allSatisfy(policy.addresses.allows) else { throw CallbackFault.addressNotAllowed }
    return addresses
  }

  /// Calls the first address that takes the connection.
  private func call(
    _ url: CallbackURL, at addresses: [IPAddress], _ signature: WebhookSignature, _ body: ByteBuffer,
    _ deadline: NIODeadline, _ trace: TraceContext?
  ) async throws -> CallbackOutcome {
    var request = try request(url, signature, body)
    if let trace { request.headers.add(trace, withBaggage: true) }
    var failure: any Error = HostResolver.LookupFailed()
    for address in addresses.prefix(Self.mostAddresses) {
      do { return try await call(url, at: address, request, deadline) } catch {
        failure = error
        guard CallbackFault.isOfConnecting(error), NIODeadline.now() < deadline else { break }
      }
    }
    throw failure
  }

  private func call(
    _ url: CallbackURL, at address: IPAddress, _ request: HTTPClient.Request, _ deadline: NIODeadline
  ) async throws -> CallbackOutcome {
    // On one event loop, for the reason of ``OneLoopClients``.
    let http = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton.any()),
      configuration: configuration(url, at: address))
    let answer = CallbackAnswer()
    let task = http.execute(request: request, delegate: answer, deadline: deadline)
    let result: Result<Void, any Error> = await withTaskCancellationHandler {
      do { return .success(try await task.futureResult.get()) } catch { return .failure(error) }
    } onCancel: {
      task.cancel()
    }
    // Fails only when it has been shut down before.
    try? await http.shutdown()
    // A receiver that has said its status has got the call, however its answer ends.
    if let head = answer.head { return CallbackOutcome(status: Int(head.status.code), headers: head.headers) }
    try result.get()
    throw HTTPClientError.remoteConnectionClosed
  }

  private func request(
    _ url: CallbackURL, _ signature: WebhookSignature, _ body: ByteBuffer
  ) throws -> HTTPClient.Request {
    var headers = HTTPHeaders([
      ("content-type", "application/json"), ("user-agent", "sluice/\(Version.current)"),
      ("connection", "close"),
    ])
    for (name, value) in signature.headers { headers.add(name: name, value: value) }
    let request = try HTTPClient.Request(
      url: url.text, method: .POST, headers: headers, body: .byteBuffer(body))
    // The override of the address goes by the host as the client reads it.
    let isSameHost = [url.host, "[\(url.host)]"].contains(request.host)
    guard isSameHost, request.port == url.port else { throw CallbackFault.readDifferently }
    return request
  }

  /// The name goes into the TLS handshake and the check of the certificate, the address into the connection.
  private func configuration(_ url: CallbackURL, at address: IPAddress) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(timeouts.connect)))
    configuration.httpVersion = .http1Only
    // The span of the delivery is the call's.
    configuration.tracing.tracer = nil
    configuration.connectionPool.retryConnectionEstablishment = false
    if url.address == nil { configuration.dnsOverride = [url.host: address.description] }
    return configuration
  }

  private static func makeTLS() -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    return tls
  }
}
