import Logging
import Shared
import Testing

@testable import Worker

@Suite("The slots that a worker offers")
struct OfferingTests {
  private let first = Lease(id: JobID(unixMilliseconds: 1), fence: 1)
  private let second = Lease(id: JobID(unixMilliseconds: 2), fence: 1)

  /// Nothing is sent to this queue; it only names offers.
  private func makeOffer() throws -> SlotOffer {
    let environment = ProcessEnvironment([:])
    let queue = JobQueue(
      redis: RedisClient(
        configuration: try RedisConfiguration(environment), logger: Logger(label: "test"), purpose: "test"),
      retention: try JobRetention(environment), bounds: try QueueBounds(environment))
    return queue.offer(of: "w", on: queue.makeHandOverChannel())
  }

  @Test("idle slots are offered with a claim; what it took is not")
  func claim() throws {
    let (held, offer) = (HeldJobs(capacity: 5), try makeOffer())
    held.open(offer)
    let room = held.offerIdle()
    #expect(room == HeldJobs.Room(idle: 5, offer: offer, offered: 0))
    held.hold(first) { {} }
    held.settle(room, taken: 1)
    #expect(held.offerIdle() == HeldJobs.Room(idle: 0, offer: offer, offered: 4))
  }

  @Test("a claim of which nothing is known has offered nothing, as far as the worker knows")
  func failedClaim() throws {
    let (held, offer) = (HeldJobs(capacity: 5), try makeOffer())
    held.open(offer)
    held.settle(held.offerIdle(), taken: nil)
    #expect(held.offerIdle() == HeldJobs.Room(idle: 5, offer: offer, offered: 0))
  }

  @Test("a job that is handed over takes an offered slot, also before the claim that offered it is answered")
  func handedEarly() throws {
    let (held, offer) = (HeldJobs(capacity: 2), try makeOffer())
    held.open(offer)
    let room = held.offerIdle()
    held.hold(first, isHanded: true) { {} }
    held.settle(room, taken: 0)
    #expect(held.offerIdle() == HeldJobs.Room(idle: 0, offer: offer, offered: 1))
  }

  @Test(
    "the slot of a job that ends is offered while its end is recorded, and is idle if that did not offer it")
  func ends() async throws {
    let (held, offer) = (HeldJobs(capacity: 1), try makeOffer())
    held.open(offer)
    held.hold(first) { {} }
    for (settlement, offered) in [(Settlement.recorded, 0), (.stale, 0), (.recordedAndOffered, 1)] {
      held.hold(first) { {} }
      _ = try await held.offeringSlot { given in
        #expect(given == offer)
        return settlement
      }
      held.drop(first)
      let room = held.offerIdle()
      #expect(room == HeldJobs.Room(idle: 1 - offered, offer: offer, offered: offered))
      held.settle(room, taken: room.idle)
    }
  }

  @Test("a worker that listens no more has its slots for itself")
  func deaf() throws {
    let (held, offer) = (HeldJobs(capacity: 3), try makeOffer())
    held.open(offer)
    let room = held.offerIdle()
    held.closeOffer()
    held.settle(room, taken: 1)
    #expect(held.offerIdle() == HeldJobs.Room(idle: 3, offer: nil, offered: 0))
    let anew = try makeOffer()
    held.open(anew)
    held.settle(room, taken: 0)
    #expect(held.offerIdle() == HeldJobs.Room(idle: 3, offer: anew, offered: 0))
  }

  @Test("a worker that stops offers nothing more, and is not done before the last job on its way has come")
  func stops() async throws {
    let held = HeldJobs(capacity: 2)
    held.open(try makeOffer())
    held.settle(held.offerIdle(), taken: 0)
    held.stop()
    _ = try await held.offeringSlot { offer in
      #expect(offer == nil)
      return .recorded
    }
    async let empty: Void = held.waitUntilEmpty()
    held.hold(first, isHanded: true) { {} }
    held.endOffer()
    #expect(held.leases == [first])
    held.drop(first)
    await empty
  }

  @Test("what comes after the end is left to its lease")
  func closed() {
    let held = HeldJobs(capacity: 1)
    held.close()
    held.hold(first, isHanded: true) {
      Issue.record("it should not begin")
      return {}
    }
    #expect(held.leases.isEmpty)
  }
}
