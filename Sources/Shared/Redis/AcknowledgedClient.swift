import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Sends commands and waits until enough replicas say that they have what these wrote (`REDIS_ACK_REPLICAS`).
///
/// Behind the commands a `WAIT` leaves in the same write: one for all that come together, and for all that come while
/// another is under way. It has half of a command's time; that it runs out is an answer of Redis', and puts nothing in
/// doubt. Redis blocks a connection while it waits, so this has connections of its own.
///
/// *Cautious* commands are sent only once enough replicas have answered, and not while too few are connected or answer.
public final class AcknowledgedClient: Service, Sendable {
  /// A reply, and whether enough replicas had the write when it was told.
  struct Reply: Sendable {
    let value: RESPValue
    let isAcknowledged: Bool
  }

  /// How often it is looked whether replicas are there.
  private static let lookInterval = Duration.seconds(1)

  private let redis: RedisClient
  private let wait: ReplicaWait
  private let lines: PerEventLoop<AcknowledgedLine>

  /// Nil where no replica is to be waited for.
  public init?(
    topology: RedisTopology,
    eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, logger: Logger,
    purpose: String
  ) {
    guard topology.configuration.acknowledgingReplicas > 0 else { return nil }
    let redis = RedisClient(
      topology: topology, eventLoopGroup: eventLoopGroup, logger: logger, purpose: purpose, perEventLoop: true
    )
    let wait = ReplicaWait(redis: redis, topology: topology, logger: logger)
    self.redis = redis
    self.wait = wait
    lines = PerEventLoop(eventLoopGroup) { _ in AcknowledgedLine(wait: wait) }
  }

  /// What is thrown where it is known that too few replicas would have a write.
  var refusal: RedisError { wait.refusal }

  /// Whether it is not known that enough replicas answer.
  public var isShort: Bool { wait.isShort }

  /// Sends a command that writes. One that `isCautious` is refused with `NOREPLICAS`, unsent, where it is known that too
  /// few replicas would have it.
  func send(_ command: RedisCommand, isCautious: Bool = false) async throws(RedisError) -> Reply {
    try await lines.current.send(AcknowledgedLine.Item(command: command, isCautious: isCautious)).get()
  }

  /// Whether enough replicas have all that this Redis had written when it was asked.
  public func acknowledge() async -> Bool {
    let reply = await lines.current.send(AcknowledgedLine.Item(command: nil, isCautious: false))
    return (try? reply.get().isAcknowledged) == true
  }

  public func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        repeat { await self.wait.look() } while (try? await Task.sleep(for: Self.lookInterval)) != nil
      }
      defer { group.cancelAll() }
      try await redis.run()
    }
  }
}
