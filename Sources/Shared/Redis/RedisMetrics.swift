public import NIOCore

/// What this process has met at Redis, in Prometheus' text format: told without asking Redis, so that it is there when
/// Redis is not.
public enum RedisMetrics {
  public static func text(isUp: Bool, errors: [RedisErrorReason: Int]) -> ByteBuffer {
    var text = MetricsText()
    text.add("redis_up", .gauge, "Whether Redis answers this process.", isUp ? 1 : 0)
    text.add(
      "redis_errors_total", .counter, "Error replies of Redis to this process, by reason.", by: "reason",
      RedisErrorReason.allCases.map { ($0.rawValue, errors[$0] ?? 0) })
    return text.buffer
  }
}
