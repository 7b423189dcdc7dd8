/// What this process has met at Redis: told without asking Redis, so that it is there when Redis is not.
public enum RedisMetrics {
  public static func write(isUp: Bool, errors: [RedisErrorReason: Int], to text: inout MetricsText) {
    text.add(Metrics.redisUp, isUp ? 1 : 0)
    text.add(Metrics.redisErrors, RedisErrorReason.allCases.map { ($0.rawValue, errors[$0] ?? 0) })
  }
}
