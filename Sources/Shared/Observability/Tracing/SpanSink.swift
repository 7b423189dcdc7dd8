/// Where ended spans go.
public protocol SpanSink: Sendable {
  /// Takes all of them, in their order, or none. Never waits: what has no room is left out.
  func add(_ spans: [SpanRecord])
}
