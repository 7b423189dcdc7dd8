import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Shared

/// A worker's own port, for orchestrators and Prometheus: `/health/live`, `/health/ready` and `/metrics`, as an API
/// process has them.
struct StatusServer: Sendable {
  /// Closes connections over which nothing comes.
  private static let idleTime = TimeAmount.seconds(60)
  /// What a page under way has when the process stops, which it does last of all.
  private static let stopTime = TimeAmount.seconds(1)

  let host: String
  let port: Int
  let status: WorkerStatus
  let logger: Logger
  /// Called with the port once requests are taken.
  let onReady: @Sendable (Int) async -> Void

  var service: any Service {
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.get("/health/live") { _, _ in Self.json(.ok, ["status": "live"]) }
    router.get("/health/ready") { _, _ in await ready() }
    router.get("/metrics") { request, _ in
      let format = MetricsFormat(accept: request.headers[.accept])
      return Response(
        status: .ok, headers: [.contentType: format.contentType],
        body: ResponseBody(byteBuffer: await status.metrics(format)))
    }
    return Application(
      router: router,
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [StopBound(after: Self.stopTime)], idleTimeout: Self.idleTime)),
      configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "sluice"),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
      logger: logger.forServices)
  }

  private func ready() async -> Response {
    guard let trouble = await status.trouble() else { return Self.json(.ok, ["status": "ready"]) }
    let problem: JSONValue = [
      "type": "/problems/unavailable", "title": "Not available now", "status": 503,
      "detail": .string(trouble),
    ]
    var response = Self.json(.serviceUnavailable, problem)
    response.headers[.contentType] = "application/problem+json"
    response.headers[.retryAfter] = "1"
    return response
  }

  private static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: value.serialized()))
  }
}
