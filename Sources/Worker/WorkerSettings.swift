import Shared

/// What a worker reads from its environment.
struct WorkerSettings: Sendable {
  let redis: RedisConfiguration
  let catalogs: CatalogSource
  let retention: JobRetention
  let bounds: QueueBounds
  let callbacks: CallbackPolicy
  let concurrency: Int
  /// How many bytes of answers the worker holds before it takes no more jobs.
  let answerBytes: Int
  let answerLimits: AnswerLimits
  let maxAttempts: Int
  let drainTimeout: Duration
  let healthFile: String?
  let host: String
  /// Of its status; nil without one.
  let port: Int?
  let timeouts: ProviderTimeouts
  /// Of the keys that tenants bring; nil where none does.
  let tenantSecrets: SecretFolder?
  /// Nil where no traces are exported.
  let tracing: OTLPSettings?
  /// How many tenants have metrics under their own names.
  let metricsTenants: Int

  init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    redis = try RedisConfiguration(environment)
    // A worker that can ask nobody would only take jobs away from those that can.
    catalogs = try CatalogSource(environment, requiresProvider: true)
    tenantSecrets = try SecretFolder(environment)
    tracing = try OTLPSettings(environment, service: "sluice-worker")
    retention = try JobRetention(environment)
    bounds = try QueueBounds(environment)
    callbacks = try CallbackPolicy(environment)
    concurrency = try environment.read(Variables.workerConcurrency)
    answerBytes = try environment.read(Variables.workerAnswerBytes)
    answerLimits = try AnswerLimits(
      answer: environment.read(Variables.maxAnswerBytes), event: environment.read(Variables.maxEventBytes))
    maxAttempts = try environment.read(Variables.jobMaxAttempts)
    drainTimeout = try environment.read(Variables.drainTimeout)
    healthFile = try environment.readIfSet(Variables.healthFile)
    host = try environment.read(Variables.host)
    port = try environment.readIfSet(Variables.workerPort)
    metricsTenants = try environment.read(Variables.metricsTenants)
    let total = try environment.read(Variables.totalTimeout)
    timeouts = try ProviderTimeouts(
      connect: environment.read(Variables.connectTimeout),
      firstByte: environment.read(Variables.firstByteTimeout), idle: environment.read(Variables.idleTimeout),
      total: total, totalBeforeNext: min(total, environment.read(Variables.totalBeforeNextTimeout)),
      streamTotal: environment.read(Variables.streamTimeout))
  }
}
