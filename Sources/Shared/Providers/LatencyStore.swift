/// The latencies of all workers in Redis.
public struct LatencyStore: LatencySharing {
  private let redis: RedisClient
  private let base: String

  public init(redis: RedisClient, prefix: String = "sluice") {
    self.redis = redis
    base = "\(prefix):{providers}"
  }

  public func note(_ samples: [Target: LatencySample]) async throws(RedisError) {
    var command = FunctionLibrary.current.call("note_latency", base: base)
    for (target, sample) in samples {
      command.append(target.description)
      command.append(Int64(sample.mean / .microseconds(1)))
      command.append(sample.count)
    }
    _ = try await redis.send(step: command)
  }

  public func latencies() async throws(RedisError) -> [Target: Duration] {
    let reply = try await redis.send(step: FunctionLibrary.current.call("latencies", base: base))
    var latencies: [Target: Duration] = [:]
    for element in reply.array ?? [] {
      guard let fields = element.array, fields.count == 2, let microseconds = fields[1].integer,
        let target = fields[0].string.flatMap(Target.init(description:))
      else { continue }
      latencies[target] = .microseconds(microseconds)
    }
    return latencies
  }
}
