public import Logging

/// What a process that exports traces has: who begins spans, and the service that sends them.
public struct TraceExport: Sendable {
  public let tracer: SpanTracer
  public let exporter: SpanExporter

  /// Nil where no traces are exported.
  public init?(_ settings: OTLPSettings?, logger: Logger) {
    guard let settings else { return nil }
    exporter = SpanExporter(settings, logger: logger)
    tracer = SpanTracer(
      sampler: settings.sampler, recordsContent: settings.recordsContent, sink: exporter)
    if settings.recordsContent {
      logger.warning("TRACE_CONTENT is on: prompts and answers go to the collector of traces")
    }
  }
}
