/// As headers say it: https://www.w3.org/TR/trace-context-2/, https://www.w3.org/TR/baggage/.
extension TraceContext {
  private static let length = 55

  /// Reads `traceparent`; nil for what is malformed, of version ff or names nothing. A version above 00 is read by its
  /// first four fields.
  public init?(traceparent: String) {
    var text = traceparent
    let fields: (trace: TraceID, span: SpanID, flags: UInt64)? = text.withUTF8 { bytes in
      let dash = UInt8(ascii: "-")
      guard bytes.count >= Self.length, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
        let version = HexText.parse(bytes[0..<2]), version != 0xff,
        bytes.count == Self.length || version > 0 && bytes[Self.length] == dash,
        let high = HexText.parse(bytes[3..<19]), let low = HexText.parse(bytes[19..<35]),
        let parent = HexText.parse(bytes[36..<52]), let flags = HexText.parse(bytes[53..<55]),
        let trace = TraceID(high: high, low: low), let span = SpanID(rawValue: parent)
      else { return nil }
      return (trace, span, flags)
    }
    guard let fields else { return nil }
    self.init(
      traceID: fields.trace, spanID: fields.span, isSampled: fields.flags & 1 == 1,
      isRandom: fields.flags & 2 == 2)
  }

  /// Reads the headers of a request, each a value for each field of that name. More than one `traceparent` is none; without
  /// one there is no state either. Baggage counts by itself: ``Baggage``.
  public init?(traceparents: [String], states: [String] = [], baggage: [String] = []) {
    guard traceparents.count == 1, let context = TraceContext(traceparent: traceparents[0]) else {
      return nil
    }
    self = context
    state = TraceState.text(of: states)
    self.baggage = Baggage.text(of: baggage)
  }

  /// The context as `traceparent` of version 00.
  public var traceparent: String { "00-\(traceID)-\(spanID)-0\(flags)" }
}
