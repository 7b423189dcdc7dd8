import Logging

/// The form of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: time, level, message, then `name=value`.
  case text
  /// For machines: one JSON object.
  case json
}

/// The levels of swift-log under their own names.
public enum LogLevel: String, Sendable, CaseIterable {
  case trace, debug, info, notice, warning, error, critical

  var level: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    case .critical: .critical
    }
  }
}
