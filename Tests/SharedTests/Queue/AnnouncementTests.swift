import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("Telling who waits")
struct AnnouncementTests {
  /// Collects what is announced on `channel` while `body` runs.
  private func listening(
    _ lab: QueueLab, to channel: String, _ body: (@Sendable () -> [JobEnd]) async throws -> Void
  ) async throws {
    let heard = HeardEnds()
    let isSubscribed = Atomic(false)
    let subscriber = RedisSubscriber(
      configuration: try RedisConfiguration(url: lab.server.url), channel: channel, purpose: "test",
      logger: Logger(label: "test"), onMessage: { heard.add($0) },
      onSubscribed: { _ in isSubscribed.store(true, ordering: .relaxed) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      defer { group.cancelAll() }
      try await eventually("it listens") { isSubscribed.load(ordering: .relaxed) }
      try await body { heard.all }
    }
  }

  @Test("a caller's process is told of the end, with the answer")
  func caller() async throws {
    try await QueueLab.with { lab in
      try await listening(lab, to: "mine") { heard in
        let id = try await lab.admit(lab.admission(channel: "mine"))
        let job = try await lab.claimOne()
        _ = try await lab.queue.complete(job.lease, with: lab.result("so"), isCacheable: false)
        try await eventually("the end is heard") { heard().count == 1 }
        #expect(heard().first?.id == id)
        #expect(heard().first?.state == .succeeded)
        #expect(heard().first.map { String(buffer: $0.body) } == String(buffer: lab.result("so").encoded()))
      }
    }
  }

  @Test("a process that asks later is told, too, once")
  func watcher() async throws {
    try await QueueLab.with { lab in
      try await listening(lab, to: "later") { heard in
        let id = try await lab.admit(lab.admission(channel: "later"))
        #expect(try await lab.queue.read(id, tenant: "default", announceTo: "later").job?.state == .queued)
        #expect(try await lab.queue.read(id, tenant: "default", announceTo: "third").job?.state == .queued)
        let job = try await lab.claimOne()
        _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
        let marker = try await lab.admit(lab.admission(channel: "later"))
        let next = try await lab.claimOne()
        _ = try await lab.queue.complete(next.lease, with: lab.result(), isCacheable: false)
        try await eventually("both ends are heard") { heard().count == 2 }
        #expect(heard().map(\.id) == [id, marker])
        #expect(try await !lab.keys().contains("sluice:{0}:w:\(id)"))
      }
    }
  }

  @Test("who missed the news finds out by looking; a job that is not there yet has not ended")
  func ended() async throws {
    try await QueueLab.with { lab in
      let done = try await lab.admit(lab.admission())
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      let open = try await lab.admit(lab.admission())
      let notYetAdmitted = JobID(unixMilliseconds: 1)
      let ends = try await lab.queue.ended(among: [done, open, notYetAdmitted])
      #expect(ends.map(\.id) == [done])
      #expect(ends.map(\.state) == [.succeeded])
    }
  }
}

/// The announcements that a test has heard.
private final class HeardEnds: Sendable {
  private let ends = Mutex<[JobEnd]>([])

  var all: [JobEnd] { ends.withLock { $0 } }

  func add(_ message: ByteBuffer) {
    if case .end(let end) = Announcement(message) { ends.withLock { $0.append(end) } }
  }
}
