/// The form of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: time, level, message, then `name=value`.
  case text
  /// For machines: one JSON object.
  case json
}
