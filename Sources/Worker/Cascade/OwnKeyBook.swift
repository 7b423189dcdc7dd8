import Shared

/// Looks up which keys a job's tenant brings. Without the setting of which the folder is, nobody asks.
struct OwnKeyBook: Sendable {
  private static let unusable = "the tenant's own key of this provider cannot be read"

  let queue: JobQueue
  let secrets: TenantSecrets

  /// Nil where it brings none.
  func keys(of job: JobID) async throws(QueueError) -> OwnKeys? {
    let names = try await queue.ownKeys(of: job)
    return OwnKeys(
      names.mapValues { name in
        secrets.secret(named: name).map { .usable($0) } ?? .unusable(Self.unusable)
      })
  }
}

extension Cascade {
  /// ``walk(_:in:deltas:counting:own:within:)`` with the keys that the job's tenant brings. Where it is not known which, nobody is
  /// asked: the operator's keys are no others' to spend.
  func walk(
    _ request: JobRequest, in thread: String?, with book: OwnKeyBook, deltas: (any DeltaSink)?,
    counting bytes: AnswerBytes?,
    within spend: SpendBound
  ) async -> CascadeReport {
    let own: OwnKeys?
    do { own = try await book.keys(of: spend.job) } catch {
      if Task.isCancelled { return CascadeReport(nil) }
      return CascadeReport(
        .passing(
          message: "It is not known whether the tenant brings keys of its own: \(error.reason).",
          retryAfter: nil, path: [], askedAny: false))
    }
    return await walk(request, in: thread, deltas: deltas, counting: bytes, own: own, within: spend)
  }
}
