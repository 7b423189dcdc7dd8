import Logging
import ServiceLifecycle
import Shared

/// Brings the ends of jobs to this process: by announcement, and by looking at the jobs themselves after every
/// (re)connection and every two seconds, because an announcement can be lost.
struct ReplyListener: Service {
  static let lookInterval = Duration.seconds(2)
  /// How many jobs one look asks about, so that no single step is long.
  static let jobsAtOnce = 256

  let board: ReplyBoard
  let queue: JobQueue
  let subscriber: RedisSubscriber
  private let looks: AsyncStream<Void>
  private let requestLook: AsyncStream<Void>.Continuation

  init(board: ReplyBoard, queue: JobQueue, redis: RedisConfiguration, channel: String, logger: Logger) {
    self.board = board
    self.queue = queue
    let (looks, requestLook) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.looks = looks
    self.requestLook = requestLook
    subscriber = RedisSubscriber(
      configuration: redis, channel: channel, logger: logger,
      onMessage: { message in
        if let end = JobEnd(announcement: message) { board.deliver(end) }
      },
      onSubscribed: { requestLook.yield() })
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      group.addTask {
        while !Task.isCancelled {
          try await Task.sleep(for: Self.lookInterval)
          requestLook.yield()
        }
      }
      group.addTask {
        for await _ in looks { await look() }
      }
      // The subscriber ends with the process's graceful shutdown; the others only serve it.
      try await group.next()
      group.cancelAll()
    }
  }

  private func look() async {
    let awaited = board.awaited
    for start in stride(from: 0, to: awaited.count, by: Self.jobsAtOnce) {
      let ids = Array(awaited[start..<min(start + Self.jobsAtOnce, awaited.count)])
      // While Redis is away there is nothing to learn; the next look comes soon.
      guard let ends = try? await queue.ended(among: ids) else { return }
      for end in ends { board.deliver(end) }
    }
  }
}
