/// What is logged, and how.
extension Variables {
  public static let logLevel = Variable<LogLevel>.choice(
    "LOG_LEVEL", "the least urgent messages that are logged", default: .info)
  public static let logFormat = Variable<LogFormat>.choice(
    "LOG_FORMAT", "the form of a log line", default: .text)

  /// Those above, in the order of the documentation.
  static let logs: [VariableDocumentation] = [logLevel.documentation, logFormat.documentation]
}
