import NIOCore

/// The durable queue: one function for each atomic step of a job, each one round trip to Redis.
///
/// Every function throws ``QueueError``. A step that was refused changed nothing; a step whose connection
/// broke may have happened or not, which leases, fencing tokens and readers that look again make harmless.
public struct JobQueue: Sendable {
  /// How long a worker may hold a job without renewing its lease.
  public static let leaseDuration = Duration.seconds(15)
  /// How often a worker renews its leases.
  public static let renewalInterval = Duration.seconds(5)
  /// The silence after which a worker no longer counts as alive.
  public static let workerSilence = Duration.seconds(20)

  let redis: RedisClient
  /// Nil where replicas are not waited for.
  let acknowledging: AcknowledgedClient?
  public let retention: JobRetention
  public let bounds: QueueBounds
  /// Where it is noted how long steps take; nil where nobody asks.
  public let times: StepTimes?
  /// The shard's hash tag is part of every key.
  let base: String
  let rights: StepRights
  private let look: MemoryLook

  /// With `acknowledging`, nobody is told of a job or an answer that replicas do not have.
  public init(
    redis: RedisClient, acknowledging: AcknowledgedClient? = nil, retention: JobRetention,
    bounds: QueueBounds, prefix: String = "sluice", times: StepTimes? = nil
  ) {
    self.redis = redis
    self.acknowledging = acknowledging
    self.retention = retention
    self.bounds = bounds
    self.times = times
    base = "\(prefix):{0}"
    rights = StepRights(redis: redis, prefix: prefix, base: base)
    look = MemoryLook(redis: redis)
  }

  /// The key on which idle workers block; ``WorkSignal`` does.
  var wakeKey: String { base + ":wake" }

  /// The channel on which workers are told of jobs that were cancelled while they ran.
  public var cancellationChannel: String { base + ":cancelled" }

  /// What Redis says of its memory; nil where it does not let itself be asked.
  func memory() async -> RedisMemory? { await look.look() }

  func step(_ name: String) -> RedisCommand {
    FunctionLibrary.current.call(name, base: base)
  }

  /// Takes at most the configured time-out, or `deadline`: for replies that may be large, which a cancelled task leaves.
  func perform(
    _ command: RedisCommand, within deadline: Duration? = nil
  ) async throws(QueueError) -> RESPValue {
    let start = times?.begin()
    defer { if let start { times?.end(command, begun: start) } }
    do {
      if rights.isDoubted { try await rights.allow(command) }
      return try await sendStep(command, deadline: deadline)
    } catch {
      rights.note(error)
      throw QueueError(error)
    }
  }
}
