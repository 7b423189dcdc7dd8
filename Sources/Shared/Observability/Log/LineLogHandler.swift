import Logging

/// Writes log records, a line each.
public struct LineLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let format: LogFormat
  private let output: @Sendable (String) -> Void

  /// `output` takes a whole line, its end included.
  init(label: String, level: Logger.Level, format: LogFormat, output: @escaping @Sendable (String) -> Void) {
    self.label = label
    logLevel = level
    self.format = format
    self.output = output
  }

  /// Makes the process's loggers, and returns the log that they write to. Call it once, before the first logger is made.
  @discardableResult
  public static func bootstrap(_ environment: ProcessEnvironment) throws(ConfigurationError) -> ProcessLog {
    let log = try ProcessLog(environment)
    LoggingSystem.bootstrap { label in
      LineLogHandler(label: label, level: log.level.level, format: log.format) { log.pipe.write($0) }
    }
    return log
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let own = event.metadata { all.merge(own) { _, new in new } }
    let line = LogLine(
      time: Timestamp.format(unixMilliseconds: Timestamp.now), level: event.level,
      label: label, message: event.message.description,
      metadata: all.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.description) })
    output(line.rendered(as: format))
  }
}
