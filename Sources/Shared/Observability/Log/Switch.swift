/// What is `on` or `off`.
public enum Switch: String, Sendable, CaseIterable {
  case on, off
}
