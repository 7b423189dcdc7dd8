import NIOCore
import Shared

/// What this process has met at Redis, in Prometheus' text format: told without asking Redis, so that it is there when
/// Redis is not.
enum RedisMetrics {
  static func text(isUp: Bool, errors: [RedisErrorReason: Int]) -> ByteBuffer {
    var text = ByteBuffer()
    text.writeString(
      """
      # HELP sluice_redis_up Whether Redis answers this process.
      # TYPE sluice_redis_up gauge
      sluice_redis_up \(isUp ? 1 : 0)
      # HELP sluice_redis_errors_total Error replies of Redis to this process, by reason.
      # TYPE sluice_redis_errors_total counter

      """)
    for reason in RedisErrorReason.allCases {
      text.writeString("sluice_redis_errors_total{reason=\"\(reason.rawValue)\"} \(errors[reason] ?? 0)\n")
    }
    return text
  }
}
