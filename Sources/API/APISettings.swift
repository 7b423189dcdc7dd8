import Shared

/// What the API reads from its environment.
struct APISettings: Sendable {
  let host: String
  let port: Int
  let redis: RedisConfiguration
  let catalogs: CatalogSource
  let retention: JobRetention
  let bounds: QueueBounds
  /// Nil where all keys are stored ones.
  let serviceKey: Secret?
  let adminKey: Secret?
  /// Nil where no keys are stored.
  let peppers: KeyPeppers?
  /// Nil when there is none.
  let rateLimit: RateLimit?
  let rateLimitBy: RateLimitSubject
  let trustedProxies: [IPNetwork]
  let allowedOrigins: [String]
  let queryWait: Duration
  let completionWait: Duration
  let compatibleCache: CompatibleCache
  let maxBodyBytes: Int
  let maxHeldBytes: Int
  let requestLimits: RequestLimits
  let callbacks: CallbackPolicy
  let drainDelay: Duration
  let drainTimeout: Duration
  /// Nil where no traces are exported.
  let tracing: OTLPSettings?
  /// Of metrics; nil for none of their own.
  let metricsPort: Int?
  /// How many tenants have metrics under their own names.
  let metricsTenants: Int
  let recordedHeaders: RecordedHeaders

  init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    host = try environment.read(Variables.host)
    port = try environment.read(Variables.port)
    redis = try RedisConfiguration(environment)
    catalogs = try CatalogSource(environment)
    retention = try JobRetention(environment)
    bounds = try QueueBounds(environment)
    serviceKey = try environment.readIfSet(Variables.serviceAPIKey)
    adminKey = try environment.readIfSet(Variables.adminAPIKey)
    peppers = try environment.readIfSet(Variables.keyPepper)
    guard serviceKey != nil || adminKey != nil else {
      throw ConfigurationError(
        "neither SERVICE_API_KEY nor ADMIN_API_KEY is set, so that nobody could ask or make keys; allowed is "
          + Variables.serviceAPIKey.allowed)
    }
    rateLimit = try environment.read(Variables.rateLimit)
    rateLimitBy = try environment.read(Variables.rateLimitBy)
    trustedProxies = try environment.read(Variables.trustedProxies)
    allowedOrigins = try environment.read(Variables.allowedOrigins)
    queryWait = try environment.read(Variables.queryWait)
    completionWait = try environment.read(Variables.completionWait)
    compatibleCache = try environment.read(Variables.compatibleCache)
    maxBodyBytes = try environment.read(Variables.maxBodyBytes)
    maxHeldBytes = try environment.read(Variables.maxHeldBytes)
    guard maxHeldBytes >= maxBodyBytes else {
      throw ConfigurationError(
        "MAX_HELD_BYTES holds \(maxHeldBytes), in which no body of MAX_BODY_BYTES (\(maxBodyBytes)) has room; "
          + "allowed is as much or more")
    }
    requestLimits = try RequestLimits(environment)
    callbacks = try CallbackPolicy(environment)
    drainDelay = try environment.read(Variables.drainDelay)
    drainTimeout = try environment.read(Variables.drainTimeout)
    tracing = try OTLPSettings(environment, service: "sluice-api")
    metricsPort = try environment.readIfSet(Variables.metricsPort)
    // 0 is any that is free.
    if let metricsPort, metricsPort == port, port != 0 {
      throw ConfigurationError(
        "METRICS_PORT holds \(metricsPort), which is PORT, too; allowed is another one")
    }
    metricsTenants = try environment.read(Variables.metricsTenants)
    recordedHeaders = RecordedHeaders(try environment.read(Variables.recordedHeaders))
  }
}
