/// How Redis fares.
extension Metrics {
  public static let redisUp = Metric(
    "sluice_redis_up", .gauge, "Whether Redis answers this process.", from: .both)
  public static let redisErrors = Metric(
    "sluice_redis_errors_total", .counter, "Error replies of Redis to this process, by reason.",
    by: ["reason"],
    from: .both)
  public static let redisSteps = Metric(
    "sluice_redis_step_duration_seconds", .histogram(Buckets.step),
    "How long steps of the queue took at Redis, as this process sees it, those that failed included.",
    by: ["step"], from: .both)
  public static let memoryBytes = Metric(
    "sluice_memory_bytes", .gauge, "What fills Redis, as the queue counts it.", by: ["part"], from: .api)
  public static let redisMemoryUsed = Metric(
    "sluice_redis_memory_used_bytes", .gauge, "What Redis uses of its memory.", from: .api)
  public static let redisMemoryLimit = Metric(
    "sluice_redis_memory_limit_bytes", .gauge, "What Redis may use: its maxmemory; 0 without one.", from: .api
  )
  public static let redisFull = Metric(
    "sluice_redis_full", .gauge, "1 while nothing is left in a full Redis that may give way.", from: .api)

  static let redis: [Metric] = [
    redisUp, redisErrors, redisSteps, memoryBytes, redisMemoryUsed, redisMemoryLimit, redisFull,
  ]
}
