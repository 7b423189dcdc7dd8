/// What has become of the spans of a process since it began.
public struct SpanCounts: Sendable, Hashable {
  /// The collector has them.
  public var exported = 0
  /// They had no room while others waited.
  public var dropped = 0
  /// The collector did not take them, in whole batches or one by one, or was not reached.
  public var failed = 0

  public init(exported: Int = 0, dropped: Int = 0, failed: Int = 0) {
    (self.exported, self.dropped, self.failed) = (exported, dropped, failed)
  }

  /// As `/metrics` shows it. A process that exports no traces has made none.
  public func write(to text: inout MetricsText) {
    text.add(Metrics.spans, [("exported", exported), ("dropped", dropped), ("failed", failed)])
  }
}
