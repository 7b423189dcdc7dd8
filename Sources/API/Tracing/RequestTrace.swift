import HTTPTypes
import Hummingbird
import HummingbirdCore
import Shared
import Tracing

/// A request's place in a trace: the span of the request, and what comes of it. Only requests that are in one have it.
final class RequestTrace: Sendable {
  private let tracer: SpanTracer
  /// Nil where the client's trace is carried on and not recorded.
  private let span: RecordedSpan?
  /// The trace at the request's span; at the client's where there is none.
  private let context: TraceContext

  private init(_ tracer: SpanTracer, _ context: TraceContext, _ span: RecordedSpan?) {
    self.tracer = tracer
    self.context = context
    self.span = span
  }

  /// Nil for a request that is in no trace: the client has begun none, and none is begun for it.
  static func of(
    _ request: Request, to route: Route, by tracer: SpanTracer, _ id: RequestID, _ origin: RequestOrigin
  ) -> RequestTrace? {
    guard route.description.access != .open, !route.description.isProbe else { return nil }
    let (client, baggage) = request.headers.trace
    let trace = client?.traceID ?? .random()
    let isSampled = tracer.sampler.samples(trace, parent: client)
    guard isSampled || client != nil else { return nil }
    let context = TraceContext(
      traceID: trace, spanID: isSampled ? .random() : client?.spanID ?? .random(), isSampled: isSampled,
      isRandom: client?.isRandom ?? true, state: client?.state ?? "", baggage: baggage)
    guard isSampled else { return RequestTrace(tracer, context, nil) }
    let template = route.description.path
    var attributes: SpanAttributes = [
      "http.request.method": "\(request.method.rawValue)", "http.route": "\(template)",
      "url.path": "\(request.uri.path)", "url.scheme": "http", "client.address": "\(origin.address)",
      "sluice.request.id": "\(id)",
    ]
    if let agent = request.headers.shownUserAgent { attributes["user_agent.original"] = agent }
    let span = tracer.begin(
      "\(request.method.rawValue) \(template)", .server, at: context, under: client?.spanID,
      isParentRemote: client != nil, attributes: attributes)
    return RequestTrace(tracer, context, span)
  }

  /// One that nobody ended, because its answer was never written, ends with the last who knows it: nothing of its trace is
  /// without a parent.
  deinit { span?.end() }

  var traceID: TraceID { context.traceID }
  /// Whether a backend is told of it.
  var isRecorded: Bool { span != nil }

  // MARK: - Admission

  /// Takes a job in, in a span of its own, under which the job's will be: that one's name is drawn here, and goes with the
  /// job.
  func admitting(
    _ job: PendingJob, _ takeIn: (PendingJob) async throws(Problem) -> Admitted
  ) async throws(Problem) -> Admitted {
    let admission = job.admission
    let lane = admission.lane.rawValue
    let span = tracer.begin(
      "admit \(lane)", .producer, in: context,
      attributes: [
        "messaging.system": "sluice", "messaging.operation.type": "send",
        "messaging.operation.name": "admit", "messaging.destination.name": .string(lane),
        "messaging.message.id": .string(admission.id.rawValue),
      ])
    job.join(
      JobTrace(
        context.at(.random()), parent: span?.trace.spanID ?? context.spanID,
        start: DefaultTracerClock.now.nanosecondsSinceEpoch, lane: lane))
    self.span?.update { attributes in
      attributes["sluice.tenant"] = admission.tenant
      attributes["sluice.model"] = admission.model
    }
    defer { span?.end() }
    do throws(Problem) {
      let admitted = try await takeIn(job)
      note(admitted, of: admission.id, on: span)
      return admitted
    } catch {
      span?.fail(error.kind.rawValue)
      throw error
    }
  }

  private func note(_ admitted: Admitted, of id: JobID, on admission: RecordedSpan?) {
    guard let span else { return }
    let (job, outcome): (JobID, String) =
      switch admitted {
      case .queued(_, let cache, _): (id, cache.rawValue)
      case .answered(let source, _, _, _): (source, CacheStatus.hit.rawValue)
      case .replayed(let first): (first, "replayed")
      }
    admission?.update { $0["sluice.admission"] = outcome }
    span.update { attributes in
      attributes["sluice.job.id"] = job.rawValue
      attributes["sluice.admission"] = outcome
    }
  }

  // MARK: - The end

  /// The reply, with whose end the span ends: at once, or with its stream. `job` is what the request was about.
  func following(_ reply: Reply, to request: Request, about job: JobID?) -> Reply {
    guard let span else { return reply }
    let status = reply.status.code
    span.update { attributes in
      attributes["http.response.status_code"] = status
      if let job { attributes["sluice.job.id"] = job.rawValue }
    }
    if status >= 500 { span.fail("\(status)") }
    guard case .stream(let write) = reply.content, request.method != .head else {
      span.end()
      return reply
    }
    var reply = reply
    // It holds on to this object until it is let go of.
    reply.content = .stream { [self] writer in
      do { try await write(&writer) } catch {
        self.span?.fail("client_gone")
        self.span?.end()
        throw error
      }
      self.span?.end()
    }
    return reply
  }
}
