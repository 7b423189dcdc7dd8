/// Who answered conversations last, in Redis: one short key for each that went on within the last hour.
public struct ThreadStore: ThreadSharing {
  private let redis: RedisClient
  private let base: String

  public init(redis: RedisClient, prefix: String = "sluice") {
    self.redis = redis
    base = "\(prefix):{providers}"
  }

  public func target(of thread: String) async throws(RedisError) -> Target? {
    var command = FunctionLibrary.current.call("thread_target", base: base)
    command.append(thread)
    return try await redis.send(step: command).string.flatMap(Target.init(description:))
  }

  public func note(_ target: Target, of thread: String) async throws(RedisError) {
    var command = FunctionLibrary.current.call("note_thread", base: base)
    command.append(thread)
    command.append(target.description)
    _ = try await redis.send(step: command)
  }
}
