import Shared
import Testing

@testable import Worker

@Suite("The span of a job that is put back")
struct RetrySpanTests {
  private func trace(_ span: SpanID) -> JobTrace {
    let context = TraceContext(traceID: .random(), spanID: span, isSampled: true)
    return JobTrace(context, parent: .random(), start: 1, lane: "batch")
  }

  @Test("whichever worker reckons its name, it is the same, and another for each attempt and job")
  func names() {
    let span = SpanID.random()
    let (one, same, other) = (trace(span), trace(span), trace(.random()))
    #expect(RetrySpan.id(of: one, after: 1) == RetrySpan.id(of: same, after: 1))
    let names = (1...50).flatMap { [RetrySpan.id(of: one, after: $0), RetrySpan.id(of: other, after: $0)] }
    #expect(Set(names + [span]).count == 101)
  }
}
