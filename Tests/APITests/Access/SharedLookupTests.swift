import NIOPosix
import Shared
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite("Look-ups of keys that come at once")
struct SharedLookupTests {
  /// Records of which nobody learns anything until the test says so.
  private final class HeldRecords: KeyRecords {
    private let looks = Mutex(0)
    private let (opened, door) = AsyncStream<Never>.makeStream()

    var count: Int { looks.withLock { $0 } }

    func open() { door.finish() }

    func owner(of digest: String) async throws(QueueError) -> (tenant: String, key: String)? {
      looks.withLock { $0 += 1 }
      for await _ in opened {}
      return nil
    }

    func records(tenant: String, key: String) async throws(QueueError) -> (
      tenant: AccessRecord, key: AccessRecord
    ) { throw .unexpectedReply(step: "access") }

    func epochs(of records: [AccessName]) async throws(QueueError) -> (now: Int64, epochs: [Int]) {
      throw .unexpectedReply(step: "access_epochs")
    }
  }

  private final class Count: Sendable {
    private let looks = Mutex(0)
    var value: Int { looks.withLock { $0 } }
    func add() { looks.withLock { $0 += 1 } }
  }

  @Test("a hundred requests with one unknown key are one look-up")
  func unknownKey() async throws {
    let records = HeldRecords()
    let ring = KeyRing(records: records, eventLoops: MultiThreadedEventLoopGroup.singleton)
    let peppers = try #require(KeyPeppers(parsing: "a-pepper-of-a-test"))
    let holder = KeyHolder.stored(peppers.digests(of: KeyMaterial()))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<100 {
        group.addTask {
          if case .unknown = try await ring.standing(of: holder, isFresh: false) { true } else { false }
        }
      }
      try await eventually("99 wait for the first") { ring.lookUps.waiting(for: holder) == 99 }
      records.open()
      for try await isUnknown in group { #expect(isUnknown) }
    }
    #expect(records.count == 1)
  }

  @Test("whoever waits for one that is cancelled looks itself")
  func cancelled() async throws {
    let lookups = SharedLookups<Int, Int>()
    let (begun, beginning) = AsyncStream<Never>.makeStream()
    // Ends only for who is cancelled.
    let (never, end) = AsyncStream<Never>.makeStream()
    defer { end.finish() }
    let first = Task {
      try await lookups.value(for: 1) { () async throws(QueueError) in
        beginning.finish()
        for await _ in never {}
        throw .unexpectedReply(step: "cancelled")
      }
    }
    for await _ in begun {}
    async let second = lookups.value(for: 1) { () async throws(QueueError) in 2 }
    try await eventually("another waits") { lookups.waiting(for: 1) == 1 }
    first.cancel()
    let found = try await second
    #expect(found == 2)
    await #expect(throws: QueueError.self) { try await first.value }
    #expect(lookups.waiting(for: 1) == 0)
  }

  @Test("a failure is the failure of all who wait, and the next looks anew")
  func failure() async throws {
    let lookups = SharedLookups<Int, Int>()
    let (opened, door) = AsyncStream<Never>.makeStream()
    let looks = Count()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<5 {
        group.addTask {
          do {
            _ = try await lookups.value(for: 1) { () async throws(QueueError) in
              looks.add()
              for await _ in opened {}
              throw .unexpectedReply(step: "access")
            }
            return false
          } catch { return true }
        }
      }
      try await eventually("four wait for the first") { lookups.waiting(for: 1) == 4 }
      door.finish()
      for try await failed in group { #expect(failed) }
    }
    #expect(looks.value == 1)
    let found = try await lookups.value(for: 1) { () async throws(QueueError) in 7 }
    #expect(found == 7)
  }
}
