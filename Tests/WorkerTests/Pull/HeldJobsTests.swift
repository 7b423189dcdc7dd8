import Shared
import Synchronization
import Testing

@testable import Worker

@Suite("The jobs that a worker holds")
struct HeldJobsTests {
  private let first = Lease(id: JobID(unixMilliseconds: 1), fence: 1)
  private let second = Lease(id: JobID(unixMilliseconds: 2), fence: 1)

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

  @Test("only the jobs whose leases are lost are cancelled")
  func cancels() {
    let held = HeldJobs(capacity: 2)
    let cancelled = Mutex<[String]>([])
    held.hold(first) { { cancelled.withLock { $0.append("first") } } }
    held.hold(second) { { cancelled.withLock { $0.append("second") } } }
    held.cancel([second, Lease(id: second.id, fence: 2)])
    #expect(cancelled.withLock { $0 } == ["second"])
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
