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
  let feeds: EventBoard
  let receipts: Receipts
  let queue: JobQueue
  private let finder: LostJobFinder
  /// One for each event loop: an end wakes its waiting request on the request's own.
  private let subscribers: [RedisSubscriber]
  private let looks: AsyncStream<Void>
  private let requestLook: AsyncStream<Void>.Continuation
  /// A connection was made (anew): it may lead to another server, which lacks what the former one had taken in last.
  private let newcomer = Newcomer()

  init(
    board: ReplyBoard, feeds: EventBoard, receipts: Receipts, lost: LostJobs, queue: JobQueue,
    topology: RedisTopology, channels: PerEventLoop<ReplyChannel>, logger: Logger
  ) {
    let newcomer = newcomer
    finder = LostJobFinder(queue: queue, board: board, lost: lost)
    self.board = board
    self.feeds = feeds
    self.receipts = receipts
    self.queue = queue
    let (looks, requestLook) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.looks = looks
    self.requestLook = requestLook
    subscribers = channels.all.map { channel in
      RedisSubscriber(
        topology: topology, channel: channel.name, purpose: "api-replies",
        eventLoopGroup: channel.eventLoop, logger: logger,
        onMessage: { message in
          switch Announcement(message) {
          case .end(let end): board.deliver(end)
          case .event(let event, let id): feeds.deliver(event, of: id)
          case .largeEvent(let number, let id): feeds.noteLarge(number, of: id)
          case nil: break
          }
        },
        onSubscribed: { _ in
          newcomer.note()
          requestLook.yield()
        })
    }
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for subscriber in subscribers { group.addTask { try await subscriber.run() } }
      group.addTask {
        while !Task.isCancelled {
          try await Task.sleep(for: Self.lookInterval)
          requestLook.yield()
        }
      }
      group.addTask {
        for await _ in looks {
          await lookForEnds()
          await lookForEvents()
          await lookForLost()
          await receipts.tell(queue, atMost: Self.jobsAtOnce)
        }
      }
      group.addTask {
        for await _ in receipts.notes { await receipts.tell(queue, atMost: Self.jobsAtOnce) }
      }
      // Subscribers end with the process's graceful shutdown; the others only serve them.
      try await group.next()
      group.cancelAll()
    }
  }

  /// Redis has lost everything while connections stayed: accepted jobs are looked for as after a failover.
  @Sendable func redisIsEmpty() {
    newcomer.note()
    requestLook.yield()
  }

  private func lookForEnds() async {
    for ids in board.awaited.chunks(of: Self.jobsAtOnce) {
      // While Redis is away there is nothing to learn; the next look comes soon.
      let start = ContinuousClock.now
      guard let look = try? await queue.ended(among: Array(ids)) else { return }
      for end in look.ends where board.deliver(end) && end.isWhole { receipts.note(end.id, isReceived: true) }
      await finder.missed(in: look, at: start)
    }
  }

  private func lookForLost() async {
    guard newcomer.take() else { return }
    if await !finder.lookForAccepted(atOnce: Self.jobsAtOnce) { newcomer.note() }
  }

  private func lookForEvents() async {
    for ids in feeds.watched.chunks(of: Self.jobsAtOnce) {
      guard let counts = try? await queue.eventCounts(of: Array(ids)) else { return }
      for (id, count) in zip(ids, counts) { feeds.note(count: count, of: id) }
    }
  }
}
