import NIOCore

/// A job as its queue tells of it.
extension JobResource {
  /// A job that has just been admitted; `isPutOff` where it waits for its budgets' next period.
  public init(admitted admission: Admission, created: Int64, isPutOff: Bool = false) {
    self.init(
      id: admission.id, state: admission.delay > .zero || isPutOff ? .scheduled : .queued,
      lane: admission.lane,
      model: admission.model, attempts: 0,
      created: created, started: nil, finished: nil, metadata: admission.metadata, body: nil,
      isCached: false)
  }

  /// A job that the cache answered at once.
  public init(answered admission: Admission, created: Int64, result: ByteBuffer) {
    self.init(
      id: admission.id, state: .succeeded, lane: admission.lane, model: admission.model, attempts: 0,
      created: created, started: nil, finished: created, metadata: admission.metadata, body: result,
      isCached: true)
  }

  public init(_ record: JobRecord) {
    self.init(
      id: record.id, state: record.state, lane: record.lane, model: record.model,
      attempts: record.attempts, created: record.created, started: record.started,
      finished: record.finished, metadata: record.metadata, body: record.body, isCached: record.isCached,
      isCoalesced: record.isCoalesced, isGone: record.isGone, areEventsGone: record.areEventsGone)
  }

  /// The job as it was at an event, before its end.
  public func at(_ status: JobEvent.Status) -> JobResource {
    JobResource(
      id: id, state: status.state, lane: lane, model: model, attempts: status.attempts, created: created,
      started: status.started, finished: nil, metadata: metadata, body: nil, isCached: false)
  }
}
