import Logging
import NIOPosix
import ServiceLifecycle
import Shared

/// Runs the server. Once it is told to stop, it says so on `/health/ready`, serves on for a moment until nobody
/// sends it new requests, then stops listening and bounds the waits under way.
struct DrainingService<Server: Service>: Service {
  let server: Server
  let drain: DrainSwitch
  let desk: JobDesk
  /// How long it serves on.
  let delay: Duration
  /// How long waits may go on after that.
  let timeout: Duration
  let logger: Logger

  func run() async throws {
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(services: [server], logger: logger.forServices))
    // Detached, because the graceful shutdown of this task would stop the server at once.
    let serving = Task.detached(executorPreference: EventLoopExecutor.singleton) { try await group.run() }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await serving.value
      } onGracefulShutdown: {
        drain.turnOn()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        eventLoop.scheduleTask(in: .nanoseconds(delay.nanoseconds)) {
          // Who can go on elsewhere does so at once.
          desk.feeds.drain(.resumable)
          Task { await group.triggerGracefulShutdown() }
        }
        eventLoop.scheduleTask(in: .nanoseconds((delay + timeout).nanoseconds)) {
          desk.board.drain()
          desk.feeds.drain(.all)
        }
      }
    } onCancel: {
      serving.cancel()
    }
  }
}
