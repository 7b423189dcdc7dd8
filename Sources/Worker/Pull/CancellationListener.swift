import Logging
import ServiceLifecycle
import Shared

/// Stops work on cancelled jobs at once. A message that is lost is made up for by the next renewal of leases.
struct CancellationListener: Service {
  private let subscriber: RedisSubscriber

  init(queue: JobQueue, held: HeldJobs, topology: RedisTopology, logger: Logger) {
    subscriber = RedisSubscriber(
      topology: topology, channel: queue.cancellationChannel, purpose: "worker-cancelled",
      logger: logger,
      onMessage: { message in
        if let id = JobID(rawValue: String(buffer: message)) { held.cancel(id) }
      })
  }

  func run() async throws { try await subscriber.run() }
}
