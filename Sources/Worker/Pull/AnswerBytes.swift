import Shared
import Synchronization

/// What a worker holds of one job's answers, in bytes, from the first that comes to the record of the job's end. It
/// counts towards what the worker holds of all: ``HeldJobs``.
///
/// An estimate: an answer is there as it came, then as it is stored, for a moment as both.
final class AnswerBytes: Sendable {
  private let held: HeldJobs
  /// Nil once the job has ended: a call that is aborted may still tell.
  private let count = Mutex<Int?>(0)

  /// The job whose they are, for whoever tells of its calls.
  let job: JobID?

  init(in held: HeldJobs, job: JobID? = nil) {
    self.held = held
    self.job = job
  }

  /// So much more is held, or less where it is negative.
  func add(_ bytes: Int) {
    guard bytes != 0 else { return }
    count.withLock { count in
      guard let before = count else { return }
      count = before + bytes
      held.addAnswerBytes(bytes)
    }
  }

  /// The job has ended, and nothing of its answers is held.
  func release() {
    count.withLock { count in
      if let count, count != 0 { held.addAnswerBytes(-count) }
      count = nil
    }
  }
}
