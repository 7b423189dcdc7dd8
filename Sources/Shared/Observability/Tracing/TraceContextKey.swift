public import Tracing

/// Where a trace's context stands among what tasks carry along.
enum TraceContextKey: InstrumentationContextKey {
  typealias Value = TraceContext
}

extension InstrumentationContext {
  /// The trace that a task is a part of; nil without one.
  public var trace: TraceContext? {
    get { self[TraceContextKey.self] }
    set { self[TraceContextKey.self] = newValue }
  }
}

extension TraceContext {
  /// As swift-distributed-tracing carries it.
  var instrumentation: InstrumentationContext {
    var context = InstrumentationContext.topLevel
    context.trace = self
    return context
  }
}
