import Shared

extension RequestTrail {
  /// A question that was not refused has become a job, or was answered.
  func note(_ admitted: Admitted, of job: PendingJob) {
    switch admitted {
    case .queued(_, let cache, _): isJob(job.admission.id, cache)
    case .answered(let source, let result, _, _):
      let hasOwnID = job.admission.recordsCacheHit || job.admission.idempotency != nil
      isJob(hasOwnID ? job.admission.id : source, .hit)
      ended(result)
    case .replayed(let id): isJob(id, nil)
    }
  }

  /// Events were written to a stream.
  func note(_ events: [JobEvent]) {
    for event in events {
      switch event.kind {
      case .delta(let delta): pieceWasSent(of: delta.target)
      case .whole: pieceWasSent(of: nil)
      case .error: broke()
      case .status, .restart, .done: break
      }
    }
  }
}
