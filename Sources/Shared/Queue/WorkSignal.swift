/// What an idle worker blocks on: a marker in Redis that is there while there may be work.
///
/// The marker is no work, so losing it with a connection loses nothing: whoever waits looks for work
/// again after a few seconds in any case.
public struct WorkSignal: Sendable {
  /// The longest wait for a marker. With the time in which a connection must answer it is also how soon one that died
  /// without a word is noticed.
  public static let longestWait = Duration.seconds(2)

  private let redis: RedisClient
  private let key: String

  /// `redis` is a connection of its own: what blocks must not hold up anything else.
  public init(of queue: JobQueue, redis: RedisClient) {
    self.redis = redis
    key = queue.wakeKey
  }

  /// Returns once there may be work, or after `timeout` at the latest.
  public func wait(atMost timeout: Duration) async throws(QueueError) {
    let wait = min(max(timeout, .milliseconds(1)), Self.longestWait)
    var command = RedisCommand("BZPOPMIN", key)
    command.append(String(Double(wait.wholeMilliseconds) / 1000))
    do {
      _ = try await redis.send(command, deadline: wait + redis.patience)
    } catch {
      throw QueueError(error)
    }
  }
}
