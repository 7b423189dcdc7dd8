import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Shared

/// `/metrics` on a port of its own, which an operator keeps to himself: no key is asked for, and tenants are named.
struct MetricsServer: Sendable {
  /// Closes connections over which nothing comes.
  private static let idleTime = TimeAmount.seconds(60)
  /// What a page under way has when the process stops, which it does last of all.
  private static let stopTime = TimeAmount.seconds(1)

  let host: String
  let port: Int
  let board: MetricsBoard
  let logger: Logger
  /// Called with the port once requests are taken.
  let onReady: @Sendable (Int) async -> Void

  var service: any Service {
    let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.get("/metrics") { request, _ in
      let format = MetricsFormat(accept: request.headers[.accept])
      return Response(
        status: .ok, headers: [.contentType: format.contentType],
        body: ResponseBody(byteBuffer: await board.text(format, showsTenants: true)))
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
}
