import Shared
import Synchronization
import Tracing

/// What is traced of one job while a worker holds it. Only jobs in a trace have it; what is done for such a job finds it
/// as ``current``.
///
/// Its parts are kept until the worker is done with the job, and then go behind the job's own span: a worker that is lost
/// before that one is exported has exported none of them either, so none is without its parent.
final class JobTracing: SpanSink {
  private struct State {
    /// Where the last attempt at a target is in the trace.
    var last: TraceContext?
    var parts: [SpanRecord] = []
    var isDone = false
  }

  /// That of the job for which a task works; nil for nearly all.
  @TaskLocal static var current: JobTracing?

  /// Nil where this worker exports no traces, or the job's is not recorded: then it is only carried on.
  let tracer: SpanTracer?
  let trace: JobTrace
  private let id: JobID
  private let attempts: Int
  private let followsRetry: Bool
  private let state = Mutex(State())

  /// Nil for a job that is in no trace: then nothing is made for it.
  static func of(_ job: ClaimedJob, by tracer: SpanTracer?) -> JobTracing? {
    job.trace.map { JobTracing(job, in: $0, tracer) }
  }

  private init(_ job: ClaimedJob, in trace: JobTrace, _ tracer: SpanTracer?) {
    self.trace = trace
    self.tracer = trace.context.isSampled ? tracer : nil
    id = job.lease.id
    attempts = job.attempts
    followsRetry = job.followsRetry
  }

  /// As log lines have it.
  var traceID: String { "\(trace.context.traceID)" }

  /// The trace that an exemplar may name (32 hexadecimal digits): nil where no backend has it.
  var recordedTrace: String? { tracer == nil ? nil : traceID }

  /// The job was given to this worker. How long it waited before its first start is a span of its own.
  func began() {
    guard tracer != nil, attempts == 1 else { return }
    let end = DefaultTracerClock.now.nanosecondsSinceEpoch
    let wait = SpanRecord(
      context: trace.context.at(.random()), parent: trace.context.spanID, name: "queue \(trace.lane)",
      kind: .internal, start: trace.start, end: end,
      attributes: JobSpan.messaging(trace, id, "queue", "receive"))
    state.withLock { $0.parts.append(wait) }
  }

  /// An attempt at a target begins; nil where it is not recorded. Each has a link to the one before it; the first of a later
  /// claim to the span by which the claim before was put back.
  func beginAttempt(_ name: String, attributes: SpanAttributes) -> RecordedSpan? {
    let span = tracer?.begin(name, .client, in: trace.context, attributes: attributes, into: self)
    guard let span else { return nil }
    let before = state.withLock { state in
      defer { state.last = span.trace }
      return state.last
    }
    if let before {
      span.addLink(to: before, attributes: ["sluice.link": "attempt_before"])
    } else if followsRetry {
      let retry = trace.context.at(RetrySpan.id(of: trace, after: attempts - 1))
      span.addLink(to: retry, attributes: ["sluice.link": "retry"])
    }
    return span
  }

  /// The job has ended as `verdict` says, by this worker's step. One that is tried again has not.
  func ended(_ verdict: JobVerdict, of model: String?) {
    guard tracer != nil else { return }
    let end = DefaultTracerClock.now.nanosecondsSinceEpoch
    var span: SpanRecord
    switch verdict {
    case .retry(let delay, let countsAttempt):
      // One that asked nobody uses up no attempt, and its number comes again.
      guard countsAttempt else { return }
      state.withLock {
        $0.parts.append(RetrySpan.record(trace, id, attempts: attempts, after: delay, last: $0.last, at: end))
      }
      return
    case .complete(let result, _):
      span = JobSpan.record(trace, id, .succeeded, failure: nil, attempts: attempts, end: end)
      span.attributes["sluice.target"] = "\(result.provider)/\(result.model)"
      span.events = Self.skips(result.cascadePath, at: end)
    case .fail(let failure):
      span = JobSpan.record(
        trace, id, .failed, failure: failure.code.rawValue, attempts: attempts, end: end)
      span.events = Self.skips(failure.cascadePath, at: end)
    }
    if let model { span.attributes["sluice.model"] = model }
    finish(with: span)
  }

  /// The worker is done with the job. Where it has ended it, ``ended(_:of:)`` was before.
  func isDone() { finish(with: nil) }

  private func finish(with span: SpanRecord?) {
    let parts = state.withLock { state in
      defer { (state.parts, state.isDone) = ([], true) }
      return state.parts
    }
    let all = (span.map { [$0] } ?? []) + parts
    if !all.isEmpty { tracer?.add(all) }
  }

  /// An attempt has ended.
  func add(_ spans: [SpanRecord]) {
    let isLate = state.withLock { state in
      if !state.isDone { state.parts += spans }
      return state.isDone
    }
    if isLate { tracer?.add(spans) }
  }

  /// Targets that were not asked have no attempts. The reasons are ours.
  private static func skips(_ path: [CascadeStep], at end: UInt64) -> [SpanEvent] {
    path.filter { $0.status == .skipped }.map { step in
      SpanEvent(
        name: "sluice.target_skipped", at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: end),
        attributes: [
          "sluice.target": "\(step.provider)/\(step.model)", "sluice.reason": .string(step.reason ?? ""),
        ])
    }
  }
}
