import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared

/// The API process: its services, wired together.
struct APIServer: Sendable {
  /// What clients have to read their answers when the drain time-out has ended their waits.
  private static let lastWords = Duration.seconds(2)

  let settings: APISettings
  let access: AccessLog
  let logger: Logger
  /// Called with the port once requests are taken.
  var onReady: @Sendable (Int) async -> Void = { _ in }
  /// The same for the port of metrics.
  var onMetricsReady: @Sendable (Int) async -> Void = { _ in }

  /// Runs until SIGTERM or SIGINT, then finishes what is under way within the drain time-out.
  func run() async throws {
    try await withTaskExecutorPreference(EventLoopExecutor.singleton) { try await serve() }
  }

  private func serve() async throws {
    let eventLoops = MultiThreadedEventLoopGroup.singleton
    let topology = RedisTopology(settings.redis, eventLoopGroup: eventLoops, logger: logger)
    let redis = RedisClient(
      topology: topology, eventLoopGroup: eventLoops, logger: logger, purpose: "api",
      perEventLoop: true)
    let acknowledging = AcknowledgedClient(
      topology: topology, eventLoopGroup: eventLoops, logger: logger, purpose: "api-ack")
    let queue = JobQueue(
      redis: redis, acknowledging: acknowledging, retention: settings.retention, bounds: settings.bounds,
      times: StepTimes())
    let board = ReplyBoard()
    let feeds = EventBoard()
    let receipts = Receipts()
    let lost = LostJobs(
      expectsFailover: settings.redis.expectsFailover, retention: settings.retention, logger: logger)
    let channels = PerEventLoop(eventLoops) { ReplyChannel(name: queue.makeReplyChannel(), eventLoop: $0) }
    let listener = ReplyListener(
      board: board, feeds: feeds, receipts: receipts, lost: lost, queue: queue, topology: topology,
      channels: channels, logger: logger)
    let reloader = await CatalogReloader(settings.catalogs, logger: logger)
    let drain = DrainSwitch()
    let gate = StartGate()
    let records = AccessStore(queue)
    let ring = KeyRing(records: records, eventLoops: eventLoops)
    let uses = KeyUseLog(clock: ring.clock) { (times) throws(QueueError) in
      try await records.noteUse(Dictionary(uniqueKeysWithValues: times.map { ($0.rawValue, $1) }))
    }
    let users = UserLog(clock: ring.clock, store: queue.noteUsers)
    let desk = JobDesk(
      queue: queue, judge: RequestJudge(catalogs: settings.catalogs, ring: ring),
      admissions: PerEventLoop(eventLoops) { StepBatcher(eventLoop: $0, step: queue.admit) },
      board: board, feeds: feeds, receipts: receipts, lost: lost, channels: channels, eventLoops: eventLoops,
      users: users, recordedHeaders: settings.recordedHeaders)
    let traces = TraceExport(settings.tracing, logger: logger)
    let circuits = CircuitStore(redis: redis)
    let metrics = MetricsBoard(
      queue: queue, lanes: LaneWalk(queue: queue), circuits: circuits, catalogs: settings.catalogs,
      errors: topology.errors, lost: lost,
      metrics: APIMetrics(
        targets: TargetNames(settings.catalogs), tenants: TenantNames(most: settings.metricsTenants)),
      lag: LoopLag(eventLoops), access: access, spans: traces?.exporter)
    let responder = responder(
      routes(desk, records, drain, gate, circuits, metrics), queue: queue,
      ring: ring, uses: uses, drain: drain, gate: gate, tracer: traces?.tracer,
      log: RequestLog(
        access: access, metrics: metrics.metrics, recordedHeaders: settings.recordedHeaders))
    let server = DrainingService(
      server: application(responder, gate), drain: drain, desk: desk, delay: settings.drainDelay,
      timeout: settings.drainTimeout, logger: logger)
    let start = StartCheck(
      check: DurabilityCheck(redis: redis, acknowledging: acknowledging, logger: logger), gate: gate)
    // Shut down in reverse order: the server first, what it needs last.
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: metricsServices(metrics, gate) + (traces.map { [$0.exporter] } ?? [])
          + (acknowledging.map { [$0] } ?? []) + [
            topology, redis, MemoryKeeper(queue: queue, logger: logger).behind(gate),
            EndTeller(queue: queue).behind(gate), listener, reloader,
            FoundingWatch(queue: queue, logger: logger, onLoss: listener.redisIsEmpty).behind(gate),
            RightsWatch(queue: queue).behind(gate),
            uses.behind(gate), users.behind(gate),
            start, server,
          ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.forServices))
    try await group.run()
  }

  private func routes(
    _ desk: JobDesk, _ records: AccessStore, _ drain: DrainSwitch, _ gate: StartGate,
    _ circuits: CircuitStore,
    _ metrics: MetricsBoard
  ) -> [Route] {
    let bodies = BodyReader(maxBytes: settings.maxBodyBytes)
    let providers = ProviderBoard(catalogs: settings.catalogs, circuits: circuits)
    let asking = Asking(desk: desk)
    let query = QueryRoute(
      asking: asking, bodies: bodies,
      schema: Submission.querySchema(limits: settings.requestLimits, catalogs: settings.catalogs),
      defaultWait: settings.queryWait)
    let jobs = JobRoutes(
      desk: desk, bodies: bodies,
      schema: Submission.jobSchema(
        limits: settings.requestLimits, catalogs: settings.catalogs, callbacks: settings.callbacks))
    let responses = ResponseDesk(jobs: desk, mostBytes: settings.maxBodyBytes)
    let compatible = CompatibleDesk(
      asking: asking, bodies: bodies, catalogs: settings.catalogs,
      expiresIn: settings.requestLimits.jobExpiresIn, wait: settings.completionWait,
      cache: settings.compatibleCache)
    let openAI =
      [
        ChatCompletionRoute(desk: compatible).route,
        ResponsesRoute(desk: compatible, responses: responses).route,
        MessagesRoute(desk: compatible).route, MessagesCountRoute(desk: compatible).route,
        EmbeddingRoute(desk: compatible).route, CompletionRoute(desk: compatible).route,
        ModerationRoute(desk: compatible).route,
      ] + KeptResponseRoutes(desk: responses).routes
      + ConversationRoutes(bodies: bodies, responses: responses).routes
      + ModelRoutes(catalogs: settings.catalogs).routes + GeminiRoutes(desk: compatible).routes
    let health = HealthRoutes(queue: desk.queue, board: providers, drain: drain, gate: gate)
    let operation =
      health.routes + (settings.metricsPort == nil ? [MetricsRoute(board: metrics).route] : [])
    let administration = adminRoutes(desk, records, bodies)
    let documented =
      [query.route] + jobs.routes + [EventRoute(desk: desk).route] + openAI + [
        ProviderRoutes(board: providers).route
      ] + operation + administration
    return documented + DocumentationRoutes(documented: documented).routes
  }

  private func adminRoutes(_ desk: JobDesk, _ records: AccessStore, _ bodies: BodyReader) -> [Route] {
    let clock = desk.judge.ring.clock
    let administration = RecordDesk(
      store: records, catalogs: settings.catalogs, callbacks: settings.callbacks, clock: clock)
    return TenantRoutes(desk: administration, bodies: bodies, queue: desk.queue).routes
      + KeyRoutes(desk: administration, bodies: bodies, peppers: settings.peppers).routes
      + TransferRoutes(desk: administration, bodies: bodies, peppers: settings.peppers).routes
      + [AuditRoute(store: records).route, LimitsRoute(queue: desk.queue, clock: clock).route]
      + (desk.users.map { UserRoutes(desk: administration, queue: desk.queue, log: $0).routes } ?? [])
      + DeadLetterRoutes(queue: desk.queue, records: administration).routes
      + UsageRoutes(queue: desk.queue).routes
  }

  private func responder(
    _ routes: [Route], queue: JobQueue, ring: KeyRing, uses: KeyUseLog, drain: DrainSwitch, gate: StartGate,
    tracer: SpanTracer?, log: RequestLog
  ) -> APIResponder {
    APIResponder(
      routes: RouteTable(routes),
      authenticator: Authenticator(
        serviceKey: settings.serviceKey, adminKey: settings.adminKey, peppers: settings.peppers, ring: ring,
        uses: uses),
      addresses: ClientAddress(trustedProxies: settings.trustedProxies),
      limits: LimitPolicy(limit: settings.rateLimit, subject: settings.rateLimitBy),
      crossOrigin: CrossOriginPolicy(allowedOrigins: Set(settings.allowedOrigins)), queue: queue,
      clock: ring.clock,
      bodies: BodyBudget(limit: settings.maxHeldBytes), drain: drain, gate: gate, tracer: tracer, log: log,
      logger: logger, departed: DepartedClients())
  }

  private func metricsServices(_ board: MetricsBoard, _ gate: StartGate) -> [any Service] {
    let own: [any Service] = [
      board.lag, TenantSeed(queue: board.queue, names: board.metrics.tenants).behind(gate),
    ]
    guard let port = settings.metricsPort else { return own }
    let server = MetricsServer(
      host: settings.host, port: port, board: board, logger: logger, onReady: onMetricsReady)
    return own + [GatedServer(server.service, behind: gate)]
  }

  private func application(_ responder: APIResponder, _ gate: StartGate) -> some ApplicationProtocol {
    let onReady = onReady
    let departed = responder.departed
    // By then all waits have ended, and their answers are written but for clients that read nothing.
    let stopTime = TimeAmount.nanoseconds((settings.drainTimeout + Self.lastWords).nanoseconds)
    var application = Application(
      responder: responder,
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [
            ConnectionGuard(departed: departed, log: responder.log), StopBound(after: stopTime),
          ])),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: "sluice", backlog: 1024),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
      logger: logger)
    // Where Redis is there, whoever connects first is served. Where it is not, a liveness probe must be.
    application.beforeServerStarts {
      await gate.wait(atMost: .seconds(1))
      try Task.checkCancellation()
    }
    return application
  }
}
