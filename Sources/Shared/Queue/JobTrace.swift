import NIOCore

/// A job's place in its client's trace. It stands before the job's request in the queue, and goes with it (traces.lua).
///
/// A class, since nearly every job has none.
public final class JobTrace: Sendable {
  /// The trace, at the job's own span: drawn when the job is admitted, and exported by whoever ends it.
  public let context: TraceContext
  /// Of the admission.
  public let parent: SpanID
  /// When that began, in nanoseconds since 1970: so did the job's span.
  public let start: UInt64
  public let lane: String

  public init(_ context: TraceContext, parent: SpanID, start: UInt64, lane: String) {
    self.context = context
    self.parent = parent
    self.start = start
    self.lane = lane
  }

  // MARK: - Stored

  /// The three lines before a request.
  var stored: ByteBuffer {
    var lines = ByteBuffer()
    lines.writeString("\(context.traceparent) \(parent) \(start) \(lane)\n")
    lines.writeString(context.state)
    lines.writeString("\n")
    lines.writeString(context.baggage)
    lines.writeString("\n")
    return lines
  }

  /// Takes the lines away from a stored request; nil where there are none, as before nearly all.
  static func take(from request: inout ByteBuffer) -> JobTrace? {
    guard request.getInteger(at: request.readerIndex, as: UInt8.self) == UInt8(ascii: "0") else { return nil }
    var rest = request
    guard let first = rest.readLine(), let state = rest.readLine(), let baggage = rest.readLine(),
      let trace = JobTrace(line: first, state: state, baggage: baggage)
    else { return nil }
    request = rest
    return trace
  }

  /// The first of the lines.
  convenience init?(line: String, state: String = "", baggage: String = "") {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4 else { return nil }
    self.init(words: words[...], state: state, baggage: baggage)
  }

  /// The words of the first line, and what follows them.
  convenience init?(words: ArraySlice<Substring>, state: String = "", baggage: String = "") {
    let words = Array(words.prefix(4))
    guard words.count == 4, var context = TraceContext(traceparent: String(words[0])),
      let parent = UInt64(words[1], radix: 16).flatMap(SpanID.init), let start = UInt64(words[2])
    else { return nil }
    context.state = state
    context.baggage = baggage
    self.init(context, parent: parent, start: start, lane: String(words[3]))
  }
}

extension ByteBuffer {
  fileprivate mutating func readLine() -> String? {
    guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let line = readString(length: end - readerIndex)
    moveReaderIndex(forwardBy: 1)
    return line
  }
}
