/// The circuit state of all workers in Redis.
public struct CircuitStore: CircuitSharing {
  private let redis: RedisClient
  private let base: String

  public init(redis: RedisClient, prefix: String = "sluice") {
    self.redis = redis
    base = "\(prefix):{providers}"
  }

  public func records() async throws(RedisError) -> [Target: CircuitRecord] {
    let reply = try await redis.send(step: FunctionLibrary.current.call("circuits", base: base))
    var records: [Target: CircuitRecord] = [:]
    for element in reply.array ?? [] {
      guard let fields = element.array, fields.count == 4,
        let target = fields[0].string.flatMap(Target.init(description:)),
        let cause = fields[1].string.flatMap(CircuitRecord.Cause.init), let reason = fields[2].string,
        let remaining = fields[3].integer
      else { continue }
      records[target] = CircuitRecord(cause: cause, reason: reason, remaining: .milliseconds(remaining))
    }
    return records
  }

  public func leaveAlone(
    _ target: Target, for cooldown: Duration, cause: CircuitRecord.Cause, reason: String
  ) async throws(RedisError) {
    var command = FunctionLibrary.current.call("leave_alone", base: base)
    command.append(target.description)
    command.append(cooldown.wholeMilliseconds)
    command.append(cause.rawValue)
    command.append(reason)
    _ = try await redis.send(step: command)
  }

  public func mayProbe(_ target: Target, timeout: Duration) async throws(RedisError) -> Bool {
    var command = FunctionLibrary.current.call("may_probe", base: base)
    command.append(target.description)
    command.append(timeout.wholeMilliseconds)
    return try await redis.send(step: command).integer == 1
  }

  public func close(_ target: Target) async throws(RedisError) {
    var command = FunctionLibrary.current.call("close_circuit", base: base)
    command.append(target.description)
    _ = try await redis.send(step: command)
  }
}
