import Shared
import Synchronization
import Testing

@testable import Worker

@Suite("The jobs that a worker holds")
struct HeldJobsTests {
  private let first = Lease(id: JobID(unixMilliseconds: 1), fence: 1, worker: "w")
  private let second = Lease(id: JobID(unixMilliseconds: 2), fence: 1, worker: "w")

  @Test("a full worker takes more once a job has ended")
  func waitsForRoom() async {
    let held = HeldJobs(capacity: 1)
    #expect(await held.waitForRoom())
    #expect(held.room.free == 1)
    held.hold(first) { {} }
    #expect(held.room.free == 0)
    async let room = held.waitForRoom()
    held.drop(first)
    #expect(await room)
    #expect(held.room.free == 1)
  }

  @Test("a worker that stops takes nothing more, also when it waits for room")
  func stops() async {
    let held = HeldJobs(capacity: 1)
    held.hold(first) { {} }
    async let room = held.waitForRoom()
    held.stop()
    #expect(await room == false)
    #expect(await held.waitForRoom() == false)
  }

  @Test("what is given back is what is held, and what work was given up on meanwhile, with what was bought")
  func givesBack() {
    let held = HeldJobs(capacity: 3)
    let third = Lease(id: JobID(unixMilliseconds: 3), fence: 1, worker: "w")
    let cancelled = Mutex(0)
    for lease in [first, second, third] { held.hold(lease) { { cancelled.withLock { $0 += 1 } } } }
    let purchase = Purchase(
      provider: "p", model: "m", promptTokens: 1, completionTokens: 2, cost: NanoDollars(rawValue: 3))
    #expect(!held.abandon(first, bought: purchase), "its tenant cancelled it, and the worker goes on")
    held.drop(first)
    held.giveUp()
    #expect(cancelled.withLock { $0 } == 2)
    #expect(held.abandon(second, bought: purchase))
    held.abandon(second, bought: nil)
    held.drop(second)
    #expect(Set(held.remains.leases) == [second, third])
    #expect(held.remains.purchases == [second: purchase])
  }

  @Test("only the jobs whose leases are lost are cancelled")
  func cancels() {
    let held = HeldJobs(capacity: 2)
    let cancelled = Mutex<[String]>([])
    held.hold(first) { { cancelled.withLock { $0.append("first") } } }
    held.hold(second) { { cancelled.withLock { $0.append("second") } } }
    held.cancel([second, Lease(id: second.id, fence: 2, worker: "w")])
    #expect(cancelled.withLock { $0 } == ["second"])
  }

  @Test("a renewal is not believed of a job whose outcome is on its way, or that has ended meanwhile")
  func settling() {
    let held = HeldJobs(capacity: 3)
    let third = Lease(id: JobID(unixMilliseconds: 3), fence: 1, worker: "w")
    for lease in [first, second, third] { held.hold(lease) { {} } }
    held.settle(first)
    held.drop(second)
    #expect(held.working(under: [first, second, third]) == [third])
    #expect(Set(held.leases) == [first, third], "what is on its way is still renewed")
    held.drop(first)
    held.settle(first)
    held.hold(first) { {} }
    #expect(held.working(under: [first]) == [first], "nothing is remembered of what has ended")
  }

  @Test("draining ends with the last job")
  func drains() async {
    let held = HeldJobs(capacity: 2)
    held.hold(first) { {} }
    held.hold(second) { {} }
    async let empty: Void = held.waitUntilEmpty()
    held.drop(first)
    held.drop(second)
    await empty
    #expect(held.leases.isEmpty)
    await held.waitUntilEmpty()
  }
}
