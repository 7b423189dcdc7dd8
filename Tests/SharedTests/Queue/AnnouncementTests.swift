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
    try await hearing(lab, to: channel) { heard in try await body { heard.ends } }
  }

  private func hearing(
    _ lab: QueueLab, to channel: String, _ body: (Heard) async throws -> Void
  ) async throws {
    let heard = Heard()
    try await RedisSubscriber.listening(to: channel, of: lab.server, onMessage: heard.add) {
      try await body(heard)
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

  @Test("an answer over 64 KiB is announced without its content, and read from its key")
  func largeEnd() async throws {
    try await QueueLab.with { lab in
      try await hearing(lab, to: "mine") { heard in
        let id = try await lab.admit(lab.admission(channel: "mine"))
        let job = try await lab.claimOne()
        let result = lab.result(String(repeating: "x", count: 70_000))
        _ = try await lab.queue.complete(job.lease, with: result, isCacheable: false)
        try await eventually("the end is heard") { heard.messages.count == 1 }
        #expect(heard.messages == ["\(id) ended succeeded"], "which an older API takes for nothing")
        let end = try #require(heard.ends.first)
        #expect(end.id == id && end.state == .succeeded && !end.isWhole)
        let read = try #require(try await lab.queue.end(of: id))
        #expect(read.state == .succeeded && read.isWhole && read.body == result.encoded())
      }
    }
  }

  @Test("an event over 64 KiB is announced without its content, and read from the log")
  func largeEvent() async throws {
    try await QueueLab.with { lab in
      try await hearing(lab, to: "mine") { heard in
        let id = try await lab.admit(lab.admission(channel: "mine", streaming: .deltas))
        let job = try await lab.claimOne()
        let text = String(repeating: "x", count: 70_000)
        _ = try await lab.queue.append(lab.delta(text), number: 1, to: job.lease)
        try await eventually("it is heard") { heard.messages.count == 3 }
        let message = try #require(heard.messages.last)
        #expect(message == "\(id) event 3 large ")
        guard case .largeEvent(3, id)? = Announcement(ByteBuffer(string: message)) else {
          Issue.record("it tells of event 3")
          return
        }
        let page = try await lab.queue.events(of: id, tenant: "default", after: 2, announceTo: nil)
        #expect(page?.events.map(\.kind) == [.delta(JobDelta(AnswerDelta(text)))])
      }
    }
  }

  @Test("looking at many ends brings a megabyte of bodies at most; each can be read by itself")
  func manyLargeEnds() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      let result = lab.result(String(repeating: "x", count: 600_000))
      for _ in 1...3 {
        ids.append(try await lab.admit(lab.admission()))
        _ = try await lab.queue.complete(lab.claimOne().lease, with: result, isCacheable: false)
      }
      let ends = try await lab.queue.ended(among: ids).ends
      #expect(ends.map(\.isWhole) == [true, false, false])
      #expect(ends.map(\.state) == [.succeeded, .succeeded, .succeeded])
      #expect(try await lab.queue.end(of: ids[2])?.body == result.encoded())
      #expect(try await lab.queue.end(of: JobID(unixMilliseconds: 1)) == nil)
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
      let look = try await lab.queue.ended(among: [done, open, notYetAdmitted])
      #expect(look.ends.map(\.id) == [done])
      #expect(look.ends.map(\.state) == [.succeeded])
      #expect(look.absent == [notYetAdmitted])
      #expect(!look.mayHaveGivenWay(created: 1))
    }
  }
}

/// What a test has heard.
private final class Heard: Sendable {
  private let heard = Mutex<[ByteBuffer]>([])

  var messages: [String] { heard.withLock { $0.map { String(buffer: $0) } } }

  var ends: [JobEnd] {
    heard.withLock { messages in
      messages.compactMap { if case .end(let end) = Announcement($0) { end } else { nil } }
    }
  }

  func add(_ message: ByteBuffer) { heard.withLock { $0.append(message) } }
}
