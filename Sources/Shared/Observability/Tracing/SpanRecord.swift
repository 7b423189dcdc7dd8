public import Tracing

/// A span that has ended, as it is exported.
public struct SpanRecord: Sendable {
  /// Another span that this one has to do with.
  public struct Link: Sendable {
    public let context: TraceContext
    public let attributes: SpanAttributes

    public init(_ context: TraceContext, attributes: SpanAttributes = [:]) {
      self.context = context
      self.attributes = attributes
    }
  }

  /// At the span itself.
  public var context: TraceContext
  /// Nil for one that begins a trace.
  public var parent: SpanID?
  /// Whether the parent is another process's.
  public var isParentRemote = false
  public var name: String
  public var kind: SpanKind
  /// Nanoseconds since 1970, as is `end`.
  public var start: UInt64
  public var end: UInt64
  public var attributes: SpanAttributes
  public var events: [SpanEvent] = []
  public var links: [Link] = []
  public var status: SpanStatus?

  public init(
    context: TraceContext, parent: SpanID?, isParentRemote: Bool = false, name: String, kind: SpanKind,
    start: UInt64, end: UInt64, attributes: SpanAttributes = [:], links: [Link] = [],
    status: SpanStatus? = nil
  ) {
    self.context = context
    self.parent = parent
    self.isParentRemote = isParentRemote
    self.name = name
    self.kind = kind
    self.start = start
    // A clock that was set back makes no span of less than no time.
    self.end = max(start, end)
    self.attributes = attributes
    self.links = links
    self.status = status
  }

  /// A rough size in bytes: of names and texts, and what stands around them.
  var size: Int {
    var size = 256 + name.utf8.count + context.state.utf8.count + attributes.size
    for event in events { size += 64 + event.name.utf8.count + event.attributes.size }
    for link in links { size += 64 + link.attributes.size }
    return size
  }
}

extension SpanAttributes {
  /// A rough size in bytes.
  fileprivate var size: Int {
    var size = 0
    forEach { name, value in
      size += 16 + name.utf8.count
      if case .string(let text) = value { size += text.utf8.count }
      if case .stringArray(let texts) = value { size += texts.reduce(0) { $0 + $1.utf8.count + 4 } }
    }
    return size
  }
}
