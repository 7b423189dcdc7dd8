/// The queue's lanes, the most urgent first. A lane has a weight, not an absolute priority, so none starves.
public enum Lane: String, Sendable, Hashable, CaseIterable {
  case interactive
  case standard
  case batch
}
