import NIOHTTP1
import Shared

extension HTTPHeaders {
  /// Tells whoever is called of the trace that the call is a part of. Baggage is its client's: it goes where the client sends
  /// it, and to nobody else.
  mutating func add(_ trace: TraceContext, withBaggage: Bool = false) {
    replaceOrAdd(name: "traceparent", value: trace.traceparent)
    if !trace.state.isEmpty { replaceOrAdd(name: "tracestate", value: trace.state) }
    if withBaggage, !trace.baggage.isEmpty { replaceOrAdd(name: "baggage", value: trace.baggage) }
  }
}
