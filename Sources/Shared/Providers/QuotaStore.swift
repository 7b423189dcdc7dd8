/// The quotas of all workers in Redis.
public struct QuotaStore: QuotaSharing {
  private let redis: RedisClient
  private let base: String

  public init(redis: RedisClient, prefix: String = "sluice") {
    self.redis = redis
    base = "\(prefix):{providers}"
  }

  public func reserve(
    _ target: Target, tokens: Int, quotas: [Quota]
  ) async throws(RedisError) -> Result<QuotaReservation, QuotaExhausted> {
    var command = FunctionLibrary.current.call("reserve", base: base)
    command.append(target.description)
    command.append(tokens)
    for quota in quotas {
      command.append(quota.kind.rawValue)
      command.append(quota.window.duration.wholeMilliseconds)
      command.append(quota.amount)
    }
    let reply = try await redis.send(step: command).array?.compactMap(\.integer) ?? []
    if reply.count == 1 { return .failure(QuotaExhausted(wait: .milliseconds(reply[0]))) }
    return .success(
      QuotaReservation(
        target: target, estimatedTokens: tokens, receipt: reply.count == 3 ? reply[1] : 0,
        time: reply.count == 3 ? reply[2] : 0))
  }

  public func settle(
    _ reservation: QuotaReservation, usedTokens: Int, quotas: [Quota]
  ) async throws(RedisError) {
    let windows = quotas.filter { $0.kind == .tokens }.map(\.window.duration.wholeMilliseconds)
    guard !windows.isEmpty, usedTokens != reservation.estimatedTokens else { return }
    var command = FunctionLibrary.current.call("settle", base: base)
    command.append(reservation.target.description)
    command.append(reservation.time)
    command.append(usedTokens - reservation.estimatedTokens)
    for window in windows { command.append(window) }
    _ = try await redis.send(step: command)
  }

  public func observe(
    _ stated: [StatedQuota], of target: Target, receipt: Int64?
  ) async throws(RedisError) {
    var command = FunctionLibrary.current.call("observe", base: base)
    command.append(target.description)
    command.append(receipt ?? -1)
    for quota in stated {
      command.append(quota.kind.rawValue)
      command.append(quota.left)
      command.append(quota.limit)
      command.append(quota.resetsIn.wholeMilliseconds)
    }
    _ = try await redis.send(step: command)
  }

  public func metered() async throws(RedisError) -> Set<Target> {
    let reply = try await redis.send(step: FunctionLibrary.current.call("metered", base: base))
    return Set((reply.array ?? []).compactMap { $0.string.flatMap(Target.init(description:)) })
  }
}
