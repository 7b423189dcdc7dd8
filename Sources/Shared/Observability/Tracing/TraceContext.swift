/// Where in which trace something happens, as it travels from process to process (W3C Trace Context, Baggage).
public struct TraceContext: Sendable, Hashable {
  public let traceID: TraceID
  /// The span that what follows is a part of.
  public var spanID: SpanID
  /// Whether whoever began the trace wants it recorded.
  public var isSampled: Bool
  /// Whether the trace's name is known to be made by chance (the second bit of the flags).
  public var isRandom: Bool
  /// `tracestate`, as it came; empty without one.
  public var state: String
  /// `baggage`, as it came; empty without one.
  public var baggage: String

  public init(
    traceID: TraceID, spanID: SpanID, isSampled: Bool, isRandom: Bool = false, state: String = "",
    baggage: String = ""
  ) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
    self.isRandom = isRandom
    self.state = state
    self.baggage = baggage
  }

  /// The same trace, at another span.
  public func at(_ span: SpanID) -> TraceContext {
    var context = self
    context.spanID = span
    return context
  }

  /// The flags of `traceparent` that version 00 knows.
  public var flags: UInt8 { (isSampled ? 1 : 0) | (isRandom ? 2 : 0) }
}
