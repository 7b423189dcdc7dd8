import Logging
import NIOPosix
import ServiceLifecycle
import Shared

/// The worker process: its services, wired together.
struct WorkerProcess: Sendable {
  let settings: WorkerSettings
  let access: AccessLog
  let logger: Logger
  /// Called with the port of its status once that is served.
  var onReady: @Sendable (Int) async -> Void = { _ in }

  /// Runs until SIGTERM or SIGINT, then finishes or gives back what it holds within the drain time-out.
  func run() async throws {
    try await withTaskExecutorPreference(EventLoopExecutor.singleton) { try await work() }
  }

  private func work() async throws {
    let topology = RedisTopology(settings.redis, logger: logger)
    let redis = RedisClient(topology: topology, logger: logger, purpose: "worker", perEventLoop: true)
    let wakeConnection = RedisClient(topology: topology, logger: logger, purpose: "worker-wake")
    let acknowledging = AcknowledgedClient(topology: topology, logger: logger, purpose: "worker-ack")
    let queue = JobQueue(
      redis: redis, acknowledging: acknowledging, retention: settings.retention, bounds: settings.bounds,
      times: StepTimes())
    let metrics = WorkerMetrics(
      targets: TargetNames(settings.catalogs), tenants: TenantNames(most: settings.metricsTenants))
    let board = CircuitBoard(shared: CircuitStore(redis: redis), metrics: metrics)
    let quotas = QuotaBoard(catalogs: settings.catalogs, shared: QuotaStore(redis: redis))
    let latencies = LatencyBoard(shared: LatencyStore(redis: redis))
    let reloader = await CatalogReloader(settings.catalogs, logger: logger)
    let held = HeldJobs(capacity: settings.concurrency, answerLimit: settings.answerBytes)
    let pace = PullPace()
    let client = ProviderClient(limits: settings.answerLimits)
    let traces = TraceExport(settings.tracing, logger: logger)
    let recorder = OutcomeRecorder(queue: queue, held: held, logger: logger)
    let deliveries = DeliveryRunner(
      queue: queue, sender: CallbackSender(policy: settings.callbacks), recorder: recorder,
      tracer: traces?.tracer, logger: logger)
    let words = UnknownWords(logger: logger)
    let tally = KeyTally()
    let ownKeys = settings.tenantSecrets.map {
      OwnKeyBook(queue: queue, secrets: TenantSecrets($0, logger: logger))
    }
    let cascades = CascadeSource(settings.catalogs) { catalog in
      Cascade(
        catalog: catalog, client: client, timeouts: settings.timeouts, board: board, quotas: quotas,
        latencies: latencies, words: words, tally: tally,
        notes: AttemptNotes(metrics: metrics, access: access), threads: ThreadStore(redis: redis))
    }
    let runner = JobRunner(
      cascades: cascades, ownKeys: ownKeys, recorder: recorder,
      completions: PerEventLoop(MultiThreadedEventLoopGroup.singleton) {
        StepBatcher(eventLoop: $0, step: queue.complete)
      },
      held: held, streams: StreamLoad(), pace: pace,
      maxAttempts: settings.maxAttempts, backoff: RetryBackoff(), tracer: traces?.tracer,
      log: JobLog(access: access, metrics: metrics, keys: KeyNames(AccessStore(queue))), logger: logger)
    let starter = JobStarter(runner: runner, deliveries: deliveries, held: held)
    let name = Self.makeName()
    let gate = StartGate()
    let puller = Puller(
      queue: queue, wakeConnection: wakeConnection, starter: starter, pace: pace, name: name,
      check: DurabilityCheck(redis: redis, acknowledging: acknowledging, logger: logger), gate: gate,
      drainTimeout: settings.drainTimeout,
      signOfLife: SignOfLife(path: settings.healthFile), logger: logger, metrics: metrics)
    let lag = LoopLag(MultiThreadedEventLoopGroup.singleton)
    let status = WorkerStatus(
      queue: queue, held: held, claims: puller.claims, errors: topology.errors,
      concurrency: settings.concurrency, tally: tally, metrics: metrics, circuits: board,
      catalogs: settings.catalogs, lag: lag, access: access, spans: traces?.exporter)
    // Shut down in reverse order: the puller first, what it needs last.
    var configuration = ServiceGroupConfiguration(
      services: statusServices(status, gate) + (traces.map { [$0.exporter] } ?? [])
        + (acknowledging.map { [$0] } ?? []) + [
          topology, redis, lag, TenantSeed(queue: queue, names: metrics.tenants).behind(gate),
        ] + (traces.map { [TracedEndReader(queue: queue, tracer: $0.tracer)] } ?? []) + [
          CircuitRefresher(board: board), QuotaRefresher(board: quotas),
          LatencyRefresher(board: latencies, catalogs: settings.catalogs), reloader,
          CancellationListener(queue: queue, held: held, topology: topology, logger: logger),
          HandOverListener(
            queue: queue, worker: name, starter: starter, topology: topology, logger: logger),
          Janitor(queue: queue, logger: logger).behind(gate),
          MemoryKeeper(queue: queue, logger: logger).behind(gate), EndTeller(queue: queue).behind(gate),
          FoundingWatch(queue: queue, logger: logger).behind(gate), RightsWatch(queue: queue).behind(gate),
          puller,
        ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.forServices)
    // The puller, the last, throws where the worker may not start: the others then stop as at a signal, and complain of nothing.
    let last = configuration.services.count - 1
    configuration.services[last].failureTerminationBehavior = .gracefullyShutdownGroup
    let group = ServiceGroup(configuration: configuration)
    let result: Result<Void, any Error>
    do { result = .success(try await group.run()) } catch { result = .failure(error) }
    await client.shutdown()
    try result.get()
  }

  private func statusServices(_ status: WorkerStatus, _ gate: StartGate) -> [any Service] {
    guard let port = settings.port else { return [] }
    let server = StatusServer(
      host: settings.host, port: port, status: status, logger: logger, onReady: onReady)
    return [GatedServer(server.service, behind: gate)]
  }

  /// Differs from every other worker's, also in containers that all have the same process id.
  private static func makeName() -> String {
    "worker-\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }
}
