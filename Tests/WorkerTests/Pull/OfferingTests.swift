import Shared
import Testing

@testable import Worker

@Suite("The slots that a worker offers")
struct OfferingTests {
  private let first = Lease(id: JobID(unixMilliseconds: 1), fence: 1, worker: "w")
  private let second = Lease(id: JobID(unixMilliseconds: 2), fence: 1, worker: "w")

  @Test("a claim is told of free slots, and of how many jobs were heard of by the offer")
  func room() throws {
    let (held, offer) = (HeldJobs(capacity: 3), try OfferFixture.make())
    #expect(held.room == HeldJobs.Room(free: 3, offer: nil, heard: 0))
    held.open(offer)
    held.hold(first, isHanded: true) { {} }
    held.hold(second) { {} }
    #expect(held.room == HeldJobs.Room(free: 1, offer: offer, heard: 1))
    held.drop(first)
    #expect(held.room == HeldJobs.Room(free: 2, offer: offer, heard: 1))
  }

  @Test("each subscription has an offer of its own, and counts anew")
  func anew() throws {
    let held = HeldJobs(capacity: 3)
    held.open(try OfferFixture.make())
    held.hold(first, isHanded: true) { {} }
    held.closeOffer()
    #expect(held.room.offer == nil && held.offerForNext == nil)
    let offer = try OfferFixture.make()
    held.open(offer)
    #expect(held.room == HeldJobs.Room(free: 2, offer: offer, heard: 0))
  }

  @Test("an offer that ended because the worker was silent does not keep it from the next")
  func silence() throws {
    let (held, offer) = (HeldJobs(capacity: 1), try OfferFixture.make())
    held.open(offer)
    held.endOffer()
    #expect(held.room.offer == offer && held.offerForNext == offer)
  }

  @Test("a worker that stops offers nothing more, and is not done before the last job on its way has come")
  func stops() async throws {
    let held = HeldJobs(capacity: 2)
    held.open(try OfferFixture.make())
    held.stop()
    #expect(held.offerForNext == nil)
    async let empty: Void = held.waitUntilEmpty()
    held.hold(first, isHanded: true) { {} }
    held.endOffer()
    #expect(held.leases == [first])
    held.drop(first)
    await empty
  }

  @Test("a worker that stops and hears no more does not wait for jobs on their way")
  func stopsDeaf() async throws {
    let held = HeldJobs(capacity: 2)
    held.open(try OfferFixture.make())
    held.stop()
    async let empty: Void = held.waitUntilEmpty()
    held.closeOffer()
    await empty
  }

  @Test("a worker that listens only once it stops, or anew, does not wait for jobs: none is on its way")
  func listensTooLate() async throws {
    let held = HeldJobs(capacity: 2)
    held.open(try OfferFixture.make())
    held.stop()
    held.closeOffer()
    held.open(try OfferFixture.make())
    #expect(held.offer == nil)
    if held.offer == nil { await held.waitUntilEmpty() }
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
