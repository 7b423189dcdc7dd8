import NIOCore
import Shared

/// A job that has ended, as its end was told or read.
struct EndedJob: Sendable {
  let id: JobID
  let state: JobState
  /// The result or the failure, as it is stored.
  let body: ByteBuffer
  /// Unix milliseconds.
  let created: Int64
  let isCached: Bool
  /// Whether the answer has given way to new work.
  let isGone: Bool

  init(id: JobID, state: JobState, body: ByteBuffer, created: Int64, isCached: Bool, isGone: Bool = false) {
    self.id = id
    self.state = state
    self.body = body
    self.created = created
    self.isCached = isCached
    self.isGone = isGone
  }

  init(_ job: JobResource) {
    self.init(
      id: job.id, state: job.state, body: job.result ?? job.failure ?? ByteBuffer(), created: job.created,
      isCached: job.isCached, isGone: job.isGone)
  }

  /// The stored answer. Throws ``Problem`` when the job has none.
  func answer() throws(Problem) -> ByteBuffer {
    if isGone { throw .gone(.answer(id)) }
    switch state {
    case .succeeded: return body
    case .failed: throw .failed(storedError: body)
    case .cancelled: throw .conflict(.jobHasEnded(.cancelled))
    // Nobody came to start it in time.
    case .expired, .queued, .scheduled, .running: throw .unavailable(.queueIsFull, retryAfter: .seconds(5))
    }
  }
}
