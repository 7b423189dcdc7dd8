import Synchronization
import Testing
import Tracing

@testable import Shared

@Suite("Spans behind swift-distributed-tracing")
struct SpanTracerTests {
  private final class KeptSpans: SpanSink {
    private let kept = Mutex<[SpanRecord]>([])
    var spans: [SpanRecord] { kept.withLock { $0 } }
    func add(_ spans: [SpanRecord]) { kept.withLock { $0 += spans } }
  }

  private struct Failure: Error {}

  private struct Headers: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key] = value
    }
  }

  @Test("spans that tasks open within each other are a tree, and an error is told by its type alone")
  func tree() throws {
    let kept = KeptSpans()
    let tracer = SpanTracer(sampler: TraceSampler(.always), sink: kept)
    try? tracer.withSpan("outer") { _ in
      try tracer.withSpan("inner", ofKind: .client) { span in
        span.attributes["a"] = 1
        throw Failure()
      }
    }
    let (inner, outer) = (try #require(kept.spans.first), try #require(kept.spans.last))
    #expect(inner.name == "inner" && outer.name == "outer" && outer.parent == nil)
    #expect(inner.parent == outer.context.spanID && inner.context.traceID == outer.context.traceID)
    #expect(inner.status?.code == .error && inner.events.map(\.name) == ["exception"])
    #expect(inner.attributes.get("a") == .int64(1) && inner.start <= inner.end)
  }

  @Test("a trace that is not recorded leaves no span, nor does a second end")
  func unsampled() {
    let kept = KeptSpans()
    let never = SpanTracer(sampler: TraceSampler(.never), sink: kept)
    never.withSpan("outer") { _ in never.withSpan("inner") { _ in } }
    #expect(kept.spans.isEmpty)
    let span = SpanTracer(sampler: TraceSampler(.always), sink: kept).startSpan("one")
    span.end()
    span.end()
    span.updateAttributes { $0["late"] = true }
    #expect(kept.spans.count == 1 && !span.isRecording)
  }

  @Test("context goes out as it came in")
  func propagation() {
    let tracer = SpanTracer(sampler: TraceSampler(.always), sink: KeptSpans())
    let headers = [
      "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=b",
      "baggage": "k=v",
    ]
    var context = InstrumentationContext.topLevel
    tracer.extract(headers, into: &context, using: Headers())
    var carrier: [String: String] = [:]
    tracer.inject(context, into: &carrier, using: Headers())
    #expect(carrier == headers)
    tracer.extract(["traceparent": "nonsense"], into: &context, using: Headers())
    #expect(context.trace == nil)
  }
}
