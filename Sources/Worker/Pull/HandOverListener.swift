import Logging
import ServiceLifecycle
import Shared

/// Takes the jobs that are handed to a worker in the step that admits them. When it heard no more for a while, it gives
/// back what may have been handed over in that time.
struct HandOverListener: Service {
  private let queue: JobQueue
  private let held: HeldJobs
  private let subscriber: RedisSubscriber
  private let lostOffers: AsyncStream<SlotOffer>

  init(queue: JobQueue, worker: String, starter: JobStarter, topology: RedisTopology, logger: Logger) {
    let held = starter.held
    let (lostOffers, lose) = AsyncStream.makeStream(of: SlotOffer.self)
    self.queue = queue
    self.held = held
    self.lostOffers = lostOffers
    subscriber = RedisSubscriber(
      topology: topology, channel: queue.makeHandOverChannel(), purpose: "worker-handed", logger: logger,
      onMessage: { message in
        switch HandOver(message, to: worker) {
        case .job(let job): starter.start(job, isHanded: true)
        case .end: held.endOffer()
        case nil: break
        }
      },
      onSubscribed: { channel in held.open(queue.offer(of: worker, on: channel)) },
      onLost: {
        if let offer = held.offer { lose.yield(offer) }
        held.closeOffer()
      })
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      group.addTask {
        for await offer in lostOffers { await recall(offer) }
      }
      // The subscriber ends with the process's graceful shutdown; the other only serves it.
      try await group.next()
      group.cancelAll()
    }
  }

  private func recall(_ offer: SlotOffer) async {
    while !Task.isCancelled {
      if (try? await queue.recall(offer, holding: held.leases.map(\.id))) != nil { return }
      try? await Task.sleep(for: .milliseconds(200))
    }
  }
}
