import Synchronization
public import Tracing

/// A span that is recorded: it goes to its sink once it has ended.
public final class RecordedSpan: Span {
  private let state: Mutex<SpanRecord?>
  private let sink: any SpanSink
  /// The trace, at this span.
  public let trace: TraceContext

  init(_ record: SpanRecord, sink: any SpanSink) {
    trace = record.context
    state = Mutex(record)
    self.sink = sink
  }

  // MARK: - Span

  public var context: InstrumentationContext { trace.instrumentation }

  public var operationName: String {
    get { state.withLock { $0?.name ?? "" } }
    set { state.withLock { $0?.name = newValue } }
  }

  public var attributes: SpanAttributes {
    get { state.withLock { $0?.attributes ?? [:] } }
    set { state.withLock { $0?.attributes = newValue } }
  }

  /// Until it has ended.
  public var isRecording: Bool { state.withLock { $0 != nil } }

  public func setStatus(_ status: SpanStatus) { state.withLock { $0?.status = status } }

  public func addEvent(_ event: SpanEvent) { state.withLock { $0?.events.append(event) } }

  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    var attributes = attributes
    // The type alone: what an error says may be a client's or a provider's words.
    attributes["exception.type"] = "\(type(of: error))"
    addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
  }

  public func addLink(_ link: SpanLink) {
    guard let context = link.context[TraceContextKey.self] else { return }
    addLink(to: context, attributes: link.attributes)
  }

  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    end(atNanoseconds: instant().nanosecondsSinceEpoch)
  }

  // MARK: - The same, in one step

  public func addLink(to context: TraceContext, attributes: SpanAttributes = [:]) {
    state.withLock { $0?.links.append(SpanRecord.Link(context, attributes: attributes)) }
  }

  public func update(_ change: (inout SpanAttributes) -> Void) {
    state.withLock { record in
      if var attributes = record?.attributes {
        record?.attributes = [:]
        change(&attributes)
        record?.attributes = attributes
      }
    }
  }

  /// Marks it as failed. `kind` is a word of few (`error.type`), never a text of somebody's.
  public func fail(_ kind: String, _ message: String? = nil) {
    update { $0["error.type"] = kind }
    setStatus(SpanStatus(code: .error, message: message))
  }

  /// Ends it; a second end changes nothing.
  public func end(atNanoseconds end: UInt64) {
    let record = state.withLock { record in
      defer { record = nil }
      return record
    }
    guard var record else { return }
    record.end = max(record.start, end)
    sink.add([record])
  }
}
