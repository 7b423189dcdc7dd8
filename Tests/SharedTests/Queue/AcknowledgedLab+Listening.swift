import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Shared

extension AcknowledgedLab {
  /// Collects what is announced on `mine` while `body` runs.
  func listening(_ body: (HeardEnds) async throws -> Void) async throws {
    let heard = HeardEnds()
    let isSubscribed = Atomic(false)
    let subscriber = RedisSubscriber(
      configuration: try RedisConfiguration(url: servers.master.url), channel: "mine", purpose: "test",
      logger: .quiet, onMessage: { heard.add($0) },
      onSubscribed: { _ in isSubscribed.store(true, ordering: .relaxed) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      defer { group.cancelAll() }
      try await eventually("it listens") { isSubscribed.load(ordering: .relaxed) }
      try await body(heard)
    }
  }
}

/// The ends, and the numbers of events, that a test has heard of.
final class HeardEnds: Sendable {
  private let heard = Mutex<(ids: [JobID], events: [Int])>(([], []))

  var ids: [JobID] { heard.withLock { $0.ids } }
  var events: [Int] { heard.withLock { $0.events } }

  func add(_ message: ByteBuffer) {
    switch Announcement(message) {
    case .end(let end): heard.withLock { $0.ids.append(end.id) }
    case .event(let event, _): heard.withLock { $0.events.append(event.number) }
    case .largeEvent(let number, _): heard.withLock { $0.events.append(number) }
    case nil: break
    }
  }
}
