import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle
import Shared

/// The simulator's process, wired together.
struct SimulatorServer: Sendable {
  let host: String
  /// 0 for any that is free.
  let port: Int
  let script: Script
  let log: RequestLog
  /// Called with the port once requests are taken.
  let onReady: @Sendable (Int) async -> Void

  /// Runs until SIGTERM or SIGINT, which cancel what is under way: nobody needs a simulator's last answers,
  /// and hanging requests would never end by themselves.
  func run() async throws {
    // Requests that are cut on purpose, and an end by cancellation, are errors to Hummingbird and not to us.
    var logger = Logger(label: "sluice-simulator") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [application(logger)], cancellationSignals: [.sigterm, .sigint], logger: logger))
    do { try await group.run() } catch is CancellationError {}
  }

  private func application(_ logger: Logger) -> some ApplicationProtocol {
    let tally = Tally()
    let onReady = onReady
    return Application(
      responder: SimulatorResponder(
        providers: ProviderRoutes(script: script, log: log, tally: tally),
        control: ControlRoutes(script: script, log: log, tally: tally)),
      server: .http1(
        configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionWatch(tally: tally)])),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "sluice-simulator", backlog: 1024),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
      logger: logger)
  }
}
