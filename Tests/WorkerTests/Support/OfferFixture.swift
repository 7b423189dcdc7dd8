import Logging
import Shared

/// A worker's offer of slots. Nothing is sent to its queue, which only names offers.
enum OfferFixture {
  static func make() throws -> SlotOffer {
    let environment = ProcessEnvironment([:])
    let queue = JobQueue(
      redis: RedisClient(
        configuration: try RedisConfiguration(environment), logger: Logger(label: "test"), purpose: "test"),
      retention: try JobRetention(environment), bounds: try QueueBounds(environment))
    return queue.offer(of: "w", on: queue.makeHandOverChannel())
  }
}
