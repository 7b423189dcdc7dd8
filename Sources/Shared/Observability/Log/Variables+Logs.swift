/// What is logged, and how.
extension Variables {
  public static let logLevel = Variable<LogLevel>.choice(
    "LOG_LEVEL", "the least urgent messages that are logged", default: .info)
  public static let logFormat = Variable<LogFormat>.choice(
    "LOG_FORMAT", "the form of a log line", default: .text)
  public static let accessLog = Variable<AccessLogChoice>.choice(
    "ACCESS_LOG", "of which requests and jobs a line is logged when they end", default: .all)
  public static let logContent = Variable<Switch>.choice(
    "LOG_CONTENT",
    "whether the lines of jobs show prompts and answers, which whoever reads the log then sees; what looks like a key is "
      + "blotted out",
    default: .off)
  public static let logContentBytes = Variable<Int>.integer(
    "LOG_CONTENT_BYTES", "how many bytes of a prompt or an answer `LOG_CONTENT` shows", in: 1...1_048_576,
    default: 4096)
  public static let logContentRate = Variable<Double>(
    "LOG_CONTENT_RATE", "of which share of all jobs `LOG_CONTENT` shows them",
    allowed: "a number from 0 to 1", default: "1"
  ) { text in
    Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
  }

  /// Those above, in the order of the documentation.
  static let logs: [VariableDocumentation] = [
    logLevel.documentation, logFormat.documentation, accessLog.documentation, logContent.documentation,
    logContentBytes.documentation, logContentRate.documentation,
  ]
}
