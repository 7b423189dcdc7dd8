import NIOCore

@testable import Shared

extension QueueLab {
  /// What an administrator does about a dead letter.
  func requeue(_ id: JobID) async throws -> Requeueing { try await Self.requeue(id, in: queue) }

  func discard(_ id: JobID) async throws -> Bool { try await Self.discard(id, in: queue) }

  static func requeue(_ id: JobID, in queue: JobQueue) async throws -> Requeueing {
    try await AccessStore(queue).requeue(id, entry: entry)
  }

  static func discard(_ id: JobID, in queue: JobQueue) async throws -> Bool {
    try await AccessStore(queue).discard(id, entry: entry)
  }

  @Sendable private static func entry(_ previous: String) -> AuditEntry {
    AuditEntry(json: ByteBuffer(string: "after \(previous)"), digest: previous + "x")
  }
}
