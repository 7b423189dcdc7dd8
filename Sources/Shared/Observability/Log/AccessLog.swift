/// The log of what a process has done: a line for each request that it has answered, or job that it has ended.
///
/// The lines are at level `info`, and go where all others do. No request waits for them: see ``LogPipe``.
public struct AccessLog: Sendable {
  private let log: ProcessLog
  private let label: String
  private let choice: AccessLogChoice
  /// What is shown of contents; nil for nothing.
  public let contents: LoggedContents?

  /// - Parameter label: who writes, such as `sluice-api`.
  public init(
    _ log: ProcessLog, label: String, choice: AccessLogChoice = .all, contents: LoggedContents? = nil
  ) {
    self.log = log
    self.label = label
    self.choice = log.has(.info) ? choice : .off
    self.contents = contents
  }

  /// As `ACCESS_LOG` and `LOG_CONTENT` say.
  public init(
    _ environment: ProcessEnvironment, _ log: ProcessLog, label: String
  ) throws(ConfigurationError) {
    self.init(
      log, label: label, choice: try environment.read(Variables.accessLog),
      contents: try LoggedContents(environment))
  }

  /// One that writes nothing.
  public static func off(label: String = "") -> AccessLog {
    AccessLog(
      ProcessLog(level: .critical, format: .text, pipe: LogPipe { _ in "" }), label: label, choice: .off)
  }

  /// Whether a line is written of what went well, or did not.
  public func has(isError: Bool) -> Bool { choice == .all || (isError && choice == .errors) }

  /// Whether lines of single attempts are written, which are at level `debug`.
  public var hasAttempts: Bool { choice != .off && log.has(.debug) }

  /// How many lines were dropped since the process started.
  public var dropped: Int { log.pipe.dropped }

  /// Writes a line. `message` says in JSON what kind of line it is, `words` say in text what has happened.
  public func write(
    _ message: StaticString, words: @autoclosure () -> LogWords, level: LogLevel = .info,
    _ addMembers: (inout StructuredLine) -> Void
  ) {
    var line = StructuredLine(
      message, words: words(), level: level, label: label, at: Timestamp.now, as: log.format)
    addMembers(&line)
    log.pipe.write(line.finished(), isUrgent: false)
  }
}
