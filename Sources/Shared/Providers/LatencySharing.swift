/// Several measurements of one target.
public struct LatencySample: Sendable, Hashable {
  public private(set) var sum: Duration
  public private(set) var count: Int

  public init(_ latency: Duration) {
    sum = latency
    count = 1
  }

  public var mean: Duration { sum / count }

  public mutating func add(_ other: LatencySample) {
    sum += other.sum
    count += other.count
  }
}

/// How long targets took of late, as all workers know it. Implemented on Redis; a test may bring its own.
public protocol LatencySharing: Sendable {
  /// Adds what this worker has measured.
  func note(_ samples: [Target: LatencySample]) async throws(RedisError)
  /// The moving average of every target that was measured in the last ten minutes.
  func latencies() async throws(RedisError) -> [Target: Duration]
}
