import ArgumentParser
import Logging
import NIOPosix
import ServiceLifecycle
import Shared

@testable import Worker

/// A worker as it is, with its claims, leases, renewals and records, but for the cascade: every request is answered
/// at once, by nobody. Nothing is handed over to it, because all jobs are queued before it starts.
struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Works on jobs until it is told to stop.")

  /// About 400 bytes when it is stored, as a short answer of a real provider.
  private static let result = JobResult(
    response: "Nothing was asked, so nothing is answered. The text is here to be stored with the job.",
    provider: "nobody", model: "none", finishReason: .stop,
    usage: TokenUsage(promptTokens: 14, completionTokens: 24), cost: NanoDollars(rawValue: 27_000),
    latency: .zero,
    cascadePath: [
      CascadeStep(provider: "nobody", model: "none", status: .success, reason: nil, latency: .zero)
    ])

  func run() async throws {
    let environment = ProcessEnvironment.current
    try LineLogHandler.bootstrap(environment)
    let logger = Logger(label: "queue-drain")
    let configuration = try RedisConfiguration(environment)
    let topology = RedisTopology(configuration, logger: logger)
    let redis = RedisClient(topology: topology, logger: logger, purpose: "worker", perEventLoop: true)
    let queue = JobQueue(
      redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
    let held = HeldJobs(capacity: try environment.read(Variables.workerConcurrency))
    let puller = puller(
      queue, held, wakeConnection: RedisClient(topology: topology, logger: logger, purpose: "wake"),
      check: DurabilityCheck(redis: redis, logger: logger), callbacks: try CallbackPolicy(environment), logger
    )
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          topology, redis,
          CancellationListener(queue: queue, held: held, topology: topology, logger: logger),
          Janitor(queue: queue, logger: logger), puller,
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.forServices))
    try await group.run()
  }

  private func puller(
    _ queue: JobQueue, _ held: HeldJobs, wakeConnection: RedisClient, check: DurabilityCheck,
    callbacks: CallbackPolicy, _ logger: Logger
  ) -> Puller {
    let recorder = OutcomeRecorder(queue: queue, held: held, logger: logger)
    let pace = PullPace()
    let runner = JobRunner(
      answer: { (_, _, _) throws(CancellationError) in .answered(Self.result, isCacheable: false) },
      recorder: recorder,
      completions: PerEventLoop(MultiThreadedEventLoopGroup.singleton) {
        StepBatcher(eventLoop: $0, step: queue.complete)
      },
      held: held, streams: StreamLoad(), pace: pace, maxAttempts: 1, backoff: RetryBackoff(), logger: logger)
    let deliveries = DeliveryRunner(
      queue: queue, sender: CallbackSender(policy: callbacks), recorder: recorder, logger: logger)
    return Puller(
      queue: queue, wakeConnection: wakeConnection,
      starter: JobStarter(runner: runner, deliveries: deliveries, held: held), pace: pace,
      name: "queue-drain-\(UInt64.random(in: .min ... .max))", check: check, drainTimeout: .seconds(1),
      signOfLife: SignOfLife(path: nil), logger: logger)
  }
}
