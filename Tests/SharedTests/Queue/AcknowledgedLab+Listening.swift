import NIOCore
import Synchronization

@testable import Shared

extension AcknowledgedLab {
  /// Collects what is announced on `mine` while `body` runs.
  func listening(_ body: (HeardEnds) async throws -> Void) async throws {
    let heard = HeardEnds()
    try await RedisSubscriber.listening(to: "mine", of: servers.master, onMessage: heard.add) {
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
