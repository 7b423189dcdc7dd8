import Shared
import Testing

@testable import Worker

@Suite("What a worker holds of answers")
struct AnswerBytesTests {
  private let lease = Lease(id: JobID(unixMilliseconds: 1), fence: 1, worker: "w")

  @Test("at its bound a worker has no room and offers none, until a job's end is recorded")
  func bound() async throws {
    let held = HeldJobs(capacity: 3, answerLimit: 100)
    let offer = try OfferFixture.make()
    held.open(offer)
    held.hold(lease) { {} }
    let (first, second) = (AnswerBytes(in: held), AnswerBytes(in: held))
    first.add(60)
    second.add(39)
    #expect(held.room == HeldJobs.Room(free: 2, offer: offer, heard: 0) && held.offerForNext == offer)
    second.add(1)
    #expect(held.room == HeldJobs.Room(free: 0, offer: offer, heard: 0) && held.offerForNext == nil)
    var overflows = held.overflows.makeAsyncIterator()
    #expect(await overflows.next() != nil, "what was offered before is to be withdrawn")
    async let room = held.waitForRoom()
    first.release()
    #expect(await room)
    #expect(held.room.free == 2 && held.offerForNext == offer)
  }

  @Test("what a failed attempt held counts no more, and a call that is aborted late changes nothing")
  func late() {
    let held = HeldJobs(capacity: 1, answerLimit: 100)
    let bytes = AnswerBytes(in: held)
    bytes.add(100)
    #expect(held.room.free == 0)
    bytes.add(-100)
    #expect(held.room.free == 1)
    bytes.add(100)
    bytes.release()
    bytes.release()
    bytes.add(-100)
    #expect(held.room.free == 1)
    AnswerBytes(in: held).add(99)
    #expect(held.room.free == 1, "nothing was given back twice")
  }

  @Test("a worker that stops does not wait for room")
  func stops() async {
    let held = HeldJobs(capacity: 1, answerLimit: 1)
    AnswerBytes(in: held).add(1)
    async let room = held.waitForRoom()
    held.stop()
    #expect(await room == false)
  }
}
