import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization

/// Sends requests to providers; one connection pool for all of them that take equally long to connect to. Must be
/// shut down after the last call.
final class ProviderClient: Sendable {
  /// The most that an answer's headers may hold, names and values, in bytes.
  static let headLimit = 64 * 1024

  /// By their connect time-out, which a client has for all that it connects to.
  private let clients = Mutex<[Duration: OneLoopClients]>([:])
  let limits: AnswerLimits

  init(limits: AnswerLimits = AnswerLimits()) { self.limits = limits }

  private func http(connect: Duration) -> OneLoopClients {
    clients.withLock { clients in
      if let client = clients[connect] { return client }
      let client = OneLoopClients(configuration: configuration(connect: connect))
      clients[connect] = client
      return client
    }
  }

  private func configuration(connect: Duration) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(connect)),
      // Compression is not asked for: answers are small. A provider that compresses nevertheless is read.
      decompression: .enabled(limit: .size(limits.answer)))
    configuration.httpVersion = .automatic
    // Shorter than the idle time-outs that are usual before providers, or a request may meet a connection
    // which is just being closed.
    configuration.connectionPool.idleTimeout = .seconds(30)
    // A worker's concurrency is what bounds its connections; the pool's own 8 would queue jobs here.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
    // The cascade knows better what to do than to try the same host again.
    configuration.connectionPool.retryConnectionEstablishment = false
    // There is no tracer, and a span for nobody costs a twentieth of what a call does.
    configuration.tracing.tracer = nil
    return configuration
  }

  /// The whole response, whatever its status, or why there is none. A fault in mid-answer drops the
  /// connection.
  /// - Parameters:
  ///   - isLast: whether no other target could be asked after this one.
  ///   - bytes: where it is counted what is held of the response.
  ///   - unfinished: what has come of an answer that did not come to its end, where it is to be paid all the same.
  ///
  /// Throws `CancellationError` when the task is cancelled; the call is then aborted.
  func send(
    _ request: HTTPClient.Request, timeouts: ProviderTimeouts, isLast: Bool = true,
    counting bytes: AnswerBytes? = nil, firstByte: FirstByte? = nil, unfinished: inout UnfinishedAnswer?
  ) async throws(CancellationError) -> Result<ProviderResponse, ProviderFault> {
    let collector = ResponseCollector(
      bounds: AttemptBounds(timeouts, streams: false, isLast: isLast, start: .now()),
      headLimit: Self.headLimit, bodyLimit: limits.answer, bytes: bytes, firstByte: firstByte)
    let result = await http(connect: timeouts.connect).send(request, for: collector)
    switch result {
    case .success(let response): return .success(response)
    case .failure(let error):
      let isCancelled = Task.isCancelled
      let fault = ProviderFault.transport(error, timeouts: timeouts)
      unfinished = collector.unfinished(isGivenUp: isCancelled || fault.isOurs(error))
      if isCancelled { throw CancellationError() }
      return .failure(fault)
    }
  }

  /// The answer to a request whose answer comes as a stream, or why there is none, with the response's headers.
  /// Deltas are handed on as they come, on an event loop. `unfinished` is as of ``send(_:timeouts:isLast:counting:firstByte:unfinished:)``.
  ///
  /// Throws `CancellationError` when the task is cancelled; the call is then aborted.
  func stream(
    _ request: HTTPClient.Request, timeouts: ProviderTimeouts, isLast: Bool = true,
    counting bytes: AnswerBytes? = nil, into answer: StreamedAnswer, unfinished: inout UnfinishedAnswer?,
    onDelta: @escaping @Sendable (AnswerDelta) -> Void
  ) async throws(CancellationError) -> (result: Result<ProviderAnswer, ProviderFault>, headers: HTTPHeaders) {
    let collector = StreamCollector(
      answer, bounds: AttemptBounds(timeouts, streams: true, isLast: isLast, start: .now()),
      headLimit: Self.headLimit, bytes: bytes, onDelta: onDelta)
    let result = await http(connect: timeouts.connect)
      .send(request, for: collector, telling: collector.result)
    let answer = collector.answer
    switch result {
    case .success(let whole): return (.success(whole), answer.headers)
    case .failure(let error):
      if Task.isCancelled {
        unfinished = collector.unfinished(isGivenUp: true)
        throw CancellationError()
      }
      // The provider had said all; only its connection did not end as it should.
      if answer.isComplete {
        return (Result { () throws(ProviderFault) in try answer.end().answer }, answer.headers)
      }
      let fault = ProviderFault.transport(error, timeouts: timeouts)
      if fault.remains == nil { unfinished = collector.unfinished(isGivenUp: fault.isOurs(error)) }
      return (.failure(fault), answer.headers)
    }
  }

  /// Closes all connections; calls that are under way fail.
  func shutdown() async {
    let clients = clients.withLock { $0 }
    for client in clients.values { await client.shutdown() }
  }
}

extension ProviderFault {
  /// Whether it was one of our own bounds that the answer ran into, and `error` told so.
  fileprivate func isOurs(_ error: any Error) -> Bool { error is BoundExceeded || kind == .tooLarge }
}
