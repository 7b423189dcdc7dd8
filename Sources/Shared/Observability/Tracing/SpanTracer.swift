public import Tracing

/// Begins spans of traces that are recorded; what has ended goes to a sink. It is there only where traces are exported.
public final class SpanTracer: Sendable {
  public let sampler: TraceSampler
  /// Whether spans hold what was asked and answered.
  public let recordsContent: Bool
  private let sink: any SpanSink

  public init(sampler: TraceSampler, recordsContent: Bool = false, sink: any SpanSink) {
    self.sampler = sampler
    self.recordsContent = recordsContent
    self.sink = sink
  }

  /// A span within a trace that is recorded: `context` is the trace at the new span.
  public func begin(
    _ name: String, _ kind: SpanKind, at context: TraceContext, under parent: SpanID?,
    isParentRemote: Bool = false, since start: UInt64 = DefaultTracerClock.now.nanosecondsSinceEpoch,
    attributes: SpanAttributes = [:]
  ) -> RecordedSpan {
    RecordedSpan(
      SpanRecord(
        context: context, parent: parent, isParentRemote: isParentRemote, name: name, kind: kind,
        start: start, end: start, attributes: attributes), sink: sink)
  }

  /// A part of what `parent` names; nil where that is not recorded. Once it has ended it goes to `other`, where that is said.
  public func begin(
    _ name: String, _ kind: SpanKind, in parent: TraceContext, attributes: SpanAttributes = [:],
    into other: (any SpanSink)? = nil
  ) -> RecordedSpan? {
    guard parent.isSampled else { return nil }
    let now = DefaultTracerClock.now.nanosecondsSinceEpoch
    return RecordedSpan(
      SpanRecord(
        context: parent.at(.random()), parent: parent.spanID, name: name, kind: kind, start: now, end: now,
        attributes: attributes), sink: other ?? sink)
  }

  /// Spans that have ended: all of them are kept, or none.
  public func add(_ spans: [SpanRecord]) { sink.add(spans) }
}

// MARK: - swift-distributed-tracing

extension SpanTracer: Tracer {
  /// What is not recorded is a span without a sink.
  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> RecordedSpan {
    let parent = context().trace
    let trace = parent?.traceID ?? .random()
    var own =
      parent?.at(.random())
      ?? TraceContext(
        traceID: trace, spanID: .random(), isSampled: sampler.samples(trace), isRandom: true)
    own.isSampled = parent?.isSampled ?? own.isSampled
    let start = instant().nanosecondsSinceEpoch
    let record = SpanRecord(
      context: own, parent: parent?.spanID, name: operationName, kind: kind, start: start, end: start)
    return RecordedSpan(record, sink: own.isSampled ? sink : NoSpanSink())
  }

  /// The exporter sends by itself what has ended.
  public func forceFlush() {}

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    func values(_ name: String) -> [String] { extractor.extract(key: name, from: carrier).map { [$0] } ?? [] }
    context.trace = TraceContext(
      traceparents: values("traceparent"), states: values("tracestate"), baggage: values("baggage"))
  }

  public func inject<Carrier, Inject: Injector>(
    _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let trace = context.trace else { return }
    injector.inject(trace.traceparent, forKey: "traceparent", into: &carrier)
    if !trace.state.isEmpty { injector.inject(trace.state, forKey: "tracestate", into: &carrier) }
    if !trace.baggage.isEmpty { injector.inject(trace.baggage, forKey: "baggage", into: &carrier) }
  }
}

/// Takes spans that nobody wants.
private struct NoSpanSink: SpanSink {
  func add(_ spans: [SpanRecord]) {}
}
