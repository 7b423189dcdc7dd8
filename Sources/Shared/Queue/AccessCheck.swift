/// Looks at start whether the user whom Sluice is to Redis has all rights that it will need, in a way that changes
/// nothing: a right that misses would else be found out in the middle of a job.
struct AccessCheck: Sendable {
  /// How servers say that it is the key that may not be used: Redis 7.0, later ones, Valkey.
  private static let keyWords = ["of the keys", "' key", "access a key"]
  private static let pause = Duration.milliseconds(200)

  let redis: RedisClient
  private let prefix: String

  /// `prefix` begins every key.
  init(redis: RedisClient, prefix: String = "sluice") {
    self.redis = redis
    self.prefix = prefix
  }

  /// Waits while Redis is away. Throws ``RedisRefusal`` for what only an operator can mend.
  func run() async throws(RedisRefusal) {
    for base in ["\(prefix):{0}", "\(prefix):{providers}"] {
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        let missing: [String]
        do {
          missing = try await self.missing(base)
        } catch {
          if let refusal = refusal(error) { throw refusal }
          // The client says what is wrong.
          try? await Task.sleep(for: Self.pause)
          continue
        }
        if let refusal = RedisRefusal(missing: missing, user: redis.user) { throw refusal }
        break
      }
    }
  }

  /// What the step `rights` misses, as ``RedisRefusal/init(missing:user:)`` takes it.
  func missing(_ base: String) async throws(RedisError) -> [String] {
    let reply = try await redis.send(step: FunctionLibrary.current.call("rights", base: base))
    return reply.array?.compactMap(\.string) ?? []
  }

  /// What an error says about rights; nil where it is about something else.
  func refusal(_ error: RedisError) -> RedisRefusal? {
    guard case .replied(_, let command, let message) = error else {
      if case .refused(_, let refusal) = error, refusal.needsOperator { return refusal }
      return nil
    }
    switch RedisErrorReason(message: message) {
    case .unknownCommand: return command == "FCALL" ? .noFunctions : .missingCommands([command])
    case .noAuthentication: return .noPassword
    case .noPermission where Self.keyWords.contains { message.contains($0) }:
      return .missingRights(["~\(prefix):*"], user: redis.user)
    case .noPermission:
      return .missingRights([command == "FUNCTION" ? "+function|load" : "+fcall"], user: redis.user)
    default: return nil
    }
  }
}

extension RedisRefusal {
  /// What the step `rights` says; nil where nothing is missing.
  init?(missing: [String], user: String) {
    guard !missing.isEmpty else { return nil }
    let unknown = missing.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) }
    self = unknown.isEmpty ? .missingRights(missing, user: user) : .missingCommands(unknown)
  }
}
