import Logging

extension Logger {
  /// For what is expected to complain.
  static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
