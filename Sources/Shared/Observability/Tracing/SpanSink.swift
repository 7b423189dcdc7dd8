/// Where ended spans go.
public protocol SpanSink: Sendable {
  /// Never waits: what has no room is left out.
  func add(_ span: SpanRecord)
}
