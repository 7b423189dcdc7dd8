import Logging
import ServiceLifecycle
import Shared

/// Takes the jobs that are handed to a worker in the step that admits them. One that is lost on the way comes back
/// when its lease ends.
struct HandOverListener: Service {
  private let subscriber: RedisSubscriber

  init(queue: JobQueue, worker: String, starter: JobStarter, redis: RedisConfiguration, logger: Logger) {
    let held = starter.held
    subscriber = RedisSubscriber(
      configuration: redis, channel: queue.makeHandOverChannel(), logger: logger,
      onMessage: { message in
        switch HandOver(message) {
        case .job(let job): starter.start(job, isHanded: true)
        case .end: held.endOffer()
        case nil: break
        }
      },
      onSubscribed: { channel in held.open(queue.offer(of: worker, on: channel)) },
      onLost: { held.closeOffer() })
  }

  func run() async throws { try await subscriber.run() }
}
