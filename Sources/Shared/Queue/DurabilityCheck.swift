import Logging
import ServiceLifecycle

/// Looks at start whether Redis is set up to keep what it acknowledges.
public struct DurabilityCheck: Sendable {
  private static let pause = Duration.milliseconds(200)
  /// What Redis says to a command for good.
  private static let lastingRefusals: Set<RedisErrorReason> = [.noPermission, .unknownCommand]

  private let redis: RedisClient
  private let acknowledging: AcknowledgedClient?
  private let logger: Logger

  /// `acknowledging` learns whether enough replicas answer, before anything is written.
  public init(redis: RedisClient, acknowledging: AcknowledgedClient? = nil, logger: Logger) {
    self.redis = redis
    self.acknowledging = acknowledging
    self.logger = logger
  }

  /// Waits for Redis to be there. Throws ``ConfigurationError`` for a server that cannot be used until an operator mends
  /// it, when rights are missing (those to wait for replicas, too, where they are to acknowledge), and when Redis may evict
  /// queue keys. Warns of a weaker append-only file and of what a
  /// failover may cost, and says nothing where Redis does not let itself be asked (managed services).
  public func run() async throws(ConfigurationError) {
    do {
      try await waitForRedis()
      try await AccessCheck(redis: redis).run()
      try await checkAcknowledging()
    } catch {
      throw ConfigurationError("the Redis of REDIS_URL cannot be used: \(error)")
    }
    if let policy = await evictionPolicy(), let fault = EvictionPolicy.fault(of: policy) {
      throw ConfigurationError(fault)
    }
    if let appendOnly = await setting("appendonly"), appendOnly != "yes" {
      logger.warning("Redis has appendonly \"\(appendOnly)\": queued jobs are lost when it restarts")
    } else if let fsync = await setting("appendfsync"), fsync != "always" {
      logger.warning(
        "Redis has appendfsync \"\(fsync)\": the last seconds of accepted jobs can be lost when it is killed")
    } else if await setting("no-appendfsync-on-rewrite") == "yes" {
      logger.warning(
        """
        Redis has no-appendfsync-on-rewrite "yes": while its file is rewritten, accepted jobs are not on disk when their \
        clients are told, and can be lost when it is killed
        """)
    }
    await checkReplication()
    _ = await acknowledging?.acknowledge()
  }

  /// Throws what is missing where replicas are to be waited for: `WAIT`, and `INFO`, without which it is seen only once a job
  /// is written that they are gone.
  private func checkAcknowledging() async throws(RedisRefusal) {
    guard redis.configuration.acknowledgingReplicas > 0 else { return }
    var (commands, rights): ([String], [String]) = ([], [])
    for command in [RedisCommand("WAIT", "0", "1"), RedisCommand("INFO", "replication")] {
      switch await refusal(of: command) {
      case .unknownCommand: commands.append(command.name)
      case .noPermission: rights.append("+\(command.name.lowercased())")
      default: break
      }
    }
    if !commands.isEmpty { throw .missingCommands(commands) }
    if rights.first == "+wait", await hasDisks() { rights.insert("+waitaof", at: 1) }
    if !rights.isEmpty { throw .missingRights(rights, user: redis.user) }
  }

  /// Why Redis refuses a command, for longer than a moment; nil where it does not. Waits while it is away.
  private func refusal(of command: RedisCommand) async -> RedisErrorReason? {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do throws(RedisError) {
        _ = try await redis.send(command)
        return nil
      } catch {
        if case .replied(_, _, let message) = error {
          let reason = RedisErrorReason(message: message)
          if !reason.isPassing { return reason }
        }
      }
      try? await Task.sleep(for: Self.pause)
    }
    return nil
  }

  /// Managed services that forbid `CONFIG` tell it all the same.
  private func evictionPolicy() async -> String? {
    if let policy = await setting("maxmemory-policy") { return policy }
    return await MemoryLook(redis: redis).look()?.policy
  }

  /// Looks at what a failover may cost.
  private func checkReplication() async {
    let acknowledging = redis.configuration.acknowledgingReplicas
    guard let info = try? await redis.send(RedisCommand("INFO", "replication")).string,
      let replicas = RedisIdentity.replicas(in: info)
    else { return }
    let hasSentinels = redis.configuration.sentinels != nil
    guard replicas > 0 || hasSentinels || acknowledging > 0 else { return }
    let check = ReplicationCheck(
      replicas: replicas, hasSentinels: hasSentinels, acknowledging: acknowledging,
      leastReplicas: await setting("min-replicas-to-write").flatMap { Int($0) },
      mostLag: await setting("min-replicas-max-lag").flatMap { Int($0) })
    if let warning = check.warning { logger.warning("\(warning)") }
  }

  /// Whether Redis knows `WAITAOF` (7.2): one that does not refuses its name as a right.
  private func hasDisks() async -> Bool {
    do throws(RedisError) { _ = try await redis.send(RedisCommand("WAITAOF", "0", "0", "1")) } catch {
      guard case .replied(_, _, let message) = error else { return false }
      return RedisErrorReason(message: message) != .unknownCommand
    }
    return true
  }

  private func waitForRedis() async throws(RedisRefusal) {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do throws(RedisError) {
        _ = try await redis.send(RedisCommand("PING"))
        return
      } catch .refused(_, let refusal) where refusal.needsOperator {
        throw refusal
      } catch .replied(_, _, let message)
        where Self.lastingRefusals.contains(RedisErrorReason(message: message))
      {
        // Who may not even ask this, or has no such command, is told of all that misses.
        return
      } catch {
        // The client says why; time may mend it.
      }
      try? await Task.sleep(for: Self.pause)
    }
  }

  private func setting(_ name: String) async -> String? {
    guard let reply = try? await redis.send(RedisCommand("CONFIG", "GET", name)).array, reply.count == 2
    else { return nil }
    return reply[1].string
  }
}
