import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends spans to a collector, a batch a call.
struct CollectorClient: Sendable {
  private let settings: OTLPSettings
  private let http: HTTPClient

  /// Must be shut down.
  init(_ settings: OTLPSettings) {
    self.settings = settings
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: settings.tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(min(settings.timeout, .seconds(10)))))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    // Spans are none of their own export.
    configuration.tracing.tracer = nil
    // On one event loop, so that a connection, its delegate and its calls are on one.
    http = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton.any()),
      configuration: configuration)
  }

  /// One try, within the collector's time-out and until `deadline`. Whatever goes wrong is an outcome.
  func send(_ spans: [SpanRecord], until deadline: ContinuousClock.Instant) async -> ExportReply {
    // Encoding half a megabyte is nothing for an event loop.
    let request = await withTaskExecutorPreference(globalConcurrentExecutor) { makeRequest(of: spans) }
    guard let request else { return .refused(reason: "its URL is none") }
    let left = min(settings.timeout, deadline - .now)
    guard left > .zero else { return .later(reason: "there was no time left", retryAfter: nil) }
    let answer = ExportAnswer()
    let task = http.execute(request: request, delegate: answer, deadline: .now() + TimeAmount(left))
    let failure: (any Error)? = await withTaskCancellationHandler {
      do { try await task.futureResult.get() } catch { return error }
      return nil
    } onCancel: {
      task.cancel()
    }
    if let reply = answer.reply(isWhole: failure == nil) { return reply }
    return .later(reason: Self.words(for: failure), retryAfter: nil)
  }

  func shutdown() async {
    // Fails only when it has been shut down before.
    try? await http.shutdown()
  }

  private func makeRequest(of spans: [SpanRecord]) -> HTTPClient.Request? {
    let body = settings.form.encode(spans, of: settings.resource)
    var headers = HTTPHeaders([
      ("content-type", settings.form.contentType), ("user-agent", "sluice/\(Version.current)"),
    ])
    for (name, value) in settings.headers { headers.replaceOrAdd(name: name, value: value) }
    let compressed = settings.compression == .gzip ? GzipBody.compress(body) : nil
    if compressed != nil { headers.replaceOrAdd(name: "content-encoding", value: "gzip") }
    return try? HTTPClient.Request(
      url: settings.endpoint.url, method: .POST, headers: headers, body: .byteBuffer(compressed ?? body))
  }

  /// Short, and without what a library's error may show.
  private static func words(for error: (any Error)?) -> String {
    switch error as? HTTPClientError {
    case .deadlineExceeded?, .readTimeout?: "it did not answer in time"
    case .connectTimeout?: "the connection was not made in time"
    case .remoteConnectionClosed?: "it closed the connection"
    case .cancelled?: "the process stops"
    default: "the connection failed (\(error.map { "\(type(of: $0))" } ?? "no answer"))"
    }
  }
}
