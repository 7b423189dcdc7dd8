import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared

/// Asks one target and gives back its answer or why there is none. The thin I/O around the dialects.
struct ProviderClient: Sendable {
  /// The largest response that is read, in bytes, after decompression.
  static let bodyLimit = 8 * 1024 * 1024

  private let http: HTTPClient
  private let firstByteTimeout: Duration
  private let totalTimeout: Duration

  /// The client must be shut down with ``shutdown()``.
  init(connectTimeout: Duration, firstByteTimeout: Duration, totalTimeout: Duration) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(
      connect: .nanoseconds(connectTimeout.nanoseconds),
      // Also bounds the silence within a body.
      read: .nanoseconds(firstByteTimeout.nanoseconds))
    configuration.decompression = .enabled(limit: .size(Self.bodyLimit))
    // A worker holds up to 64 jobs by default and may ask one provider with all of them.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    configuration.connectionPool.retryConnectionEstablishment = false
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.firstByteTimeout = firstByteTimeout
    self.totalTimeout = totalTimeout
  }

  func shutdown() async {
    // It fails only when it was shut down before.
    try? await http.shutdown()
  }

  /// Throws ``ProviderFault``, or `CancellationError` when the task was cancelled: the call is then aborted.
  func ask(_ target: Target, of provider: Provider, _ request: JobRequest) async throws -> ProviderAnswer {
    let dialect = provider.dialect.dialect
    let response: ProviderResponse
    do {
      response = try await exchange(dialect.request(request, for: target.model, of: provider))
    } catch let fault as ProviderFault {
      throw fault
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw fault(of: error)
    }
    do {
      return try dialect.answer(in: response)
    } catch {
      throw error.shown(without: provider.apiKey)
    }
  }

  private func exchange(_ request: ProviderRequest) async throws -> ProviderResponse {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = .POST
    outgoing.headers = request.headers
    outgoing.body = .bytes(request.body)
    let start = ContinuousClock.now
    let response = try await http.execute(outgoing, timeout: .nanoseconds(firstByteTimeout.nanoseconds))
    let body = try await body(of: response, deadline: start + totalTimeout)
    return ProviderResponse(
      status: Int(response.status.code), headers: response.headers, body: body)
  }

  private func body(
    of response: HTTPClientResponse, deadline: ContinuousClock.Instant
  ) async throws -> ByteBuffer {
    var body = ByteBuffer()
    for try await part in response.body {
      guard body.readableBytes + part.readableBytes <= Self.bodyLimit else {
        throw ProviderFault.failing("its answer is larger than \(Self.bodyLimit / 1_048_576) MiB")
      }
      guard ContinuousClock.now < deadline else {
        throw ProviderFault.failing("timed out (\(totalTimeout.shortText))")
      }
      if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
    }
    return body
  }

  // MARK: - Faults of the way

  private func fault(of error: any Error) -> ProviderFault {
    switch error {
    case let error as HTTPClientError: fault(of: error)
    case let error as NIOConnectionError: Self.fault(connecting: error)
    case let error as IOError: .failing(Self.reason(error))
    case is HTTPParserError: .failing("its answer is not HTTP")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .failing("the TLS connection failed")
    default: .failing("its answer cannot be read")
    }
  }

  private func fault(of error: HTTPClientError) -> ProviderFault {
    switch error {
    case .deadlineExceeded: .failing("timed out before the first byte (\(firstByteTimeout.shortText))")
    case .readTimeout: .failing("timed out in silence (\(firstByteTimeout.shortText))")
    case .connectTimeout, .getConnectionFromPoolTimeout: .failing("timed out connecting")
    case .tlsHandshakeTimeout: .failing("timed out in the TLS handshake")
    case .remoteConnectionClosed: .failing("it closed the connection")
    default: .failing("the request failed: \(error.shortDescription)")
    }
  }

  private static func fault(connecting error: NIOConnectionError) -> ProviderFault {
    guard let first = error.connectionErrors.first else { return .failing("its name cannot be resolved") }
    return .failing((first.error as? IOError).map(reason) ?? "connecting failed")
  }

  private static func reason(_ error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "the connection was refused"
    case ECONNRESET, EPIPE: "the connection was reset"
    case EHOSTUNREACH, ENETUNREACH: "there is no route to it"
    default: "the connection failed"
    }
  }
}

extension ProviderFault {
  /// The longest message of a provider that is passed on, in characters.
  private static let messageLimit = 300

  /// A provider's message goes to clients, so it is cut to one short line, and a key that it echoes is
  /// taken out.
  fileprivate func shown(without key: Secret?) -> ProviderFault {
    guard case .requestRefused(let message) = kind else { return self }
    var text = message
    if let key = key?.reveal(), key.utf8.count >= 4 { text = text.split(separator: key).joined(separator: "***") }
    let line = String(text.map { $0.isNewline ? " " : $0 }.prefix(Self.messageLimit))
    return ProviderFault(.requestRefused(message: line), reason)
  }
}

extension Duration {
  /// Such as `60 s` or `100 ms`.
  var shortText: String {
    let milliseconds = wholeMilliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }

  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
