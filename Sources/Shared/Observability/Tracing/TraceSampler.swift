/// Which traces are recorded: decided at their beginning, and kept to by all who take part.
public struct TraceSampler: Sendable, Hashable {
  /// What holds for traces that begin here.
  public enum Root: Sendable, Hashable {
    case always
    case never
    /// So many of all, 0 to 1.
    case ratio(Double)
  }

  public let root: Root
  /// Whether the choice of a client that has begun the trace holds.
  public let followsParent: Bool

  public init(_ root: Root, followsParent: Bool = true) {
    self.root = root
    self.followsParent = followsParent
  }

  /// `parent` is the client's context, if it sent one.
  public func samples(_ trace: TraceID, parent: TraceContext? = nil) -> Bool {
    if followsParent, let parent { return parent.isSampled }
    switch root {
    case .always: return true
    case .never: return false
    // By the trace's name, so that all who take part choose alike, as OpenTelemetry's TraceIdRatioBased does.
    case .ratio(let ratio):
      if ratio >= 1 { return true }
      return Double(trace.low >> 1) < ratio * 0x1p63
    }
  }
}
