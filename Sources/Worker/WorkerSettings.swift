import Shared

/// What a worker reads from its environment.
struct WorkerSettings: Sendable {
  let redis: RedisConfiguration
  let catalogs: CatalogSource
  let retention: JobRetention
  let bounds: QueueBounds
  let callbacks: CallbackPolicy
  let concurrency: Int
  let maxAttempts: Int
  let drainTimeout: Duration
  let healthFile: String?
  let connectTimeout: Duration
  let firstByteTimeout: Duration
  let totalTimeout: Duration

  init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    redis = try RedisConfiguration(environment)
    // A worker that can ask nobody would only take jobs away from those that can.
    catalogs = try CatalogSource(environment, requiresProvider: true)
    retention = try JobRetention(environment)
    bounds = try QueueBounds(environment)
    callbacks = try CallbackPolicy(environment)
    concurrency = try environment.read(Variables.workerConcurrency)
    maxAttempts = try environment.read(Variables.jobMaxAttempts)
    drainTimeout = try environment.read(Variables.drainTimeout)
    healthFile = try environment.readIfSet(Variables.healthFile)
    connectTimeout = try environment.read(Variables.connectTimeout)
    firstByteTimeout = try environment.read(Variables.firstByteTimeout)
    totalTimeout = try environment.read(Variables.totalTimeout)
  }
}
