import Logging

/// The log of a process: where its lines go, and in which form.
public struct ProcessLog: Sendable {
  public let level: LogLevel
  public let format: LogFormat
  public let pipe: LogPipe

  public init(level: LogLevel, format: LogFormat, pipe: LogPipe) {
    self.level = level
    self.format = format
    self.pipe = pipe
  }

  /// To standard error, as `LOG_LEVEL` and `LOG_FORMAT` say.
  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    let format = try environment.read(Variables.logFormat)
    self.init(
      level: try environment.read(Variables.logLevel), format: format,
      pipe: LogPipe { Self.noticeOfDropped($0, as: format) })
  }

  /// Whether lines of a level are written.
  public func has(_ level: LogLevel) -> Bool { level.level >= self.level.level }

  static func noticeOfDropped(_ count: Int, as format: LogFormat) -> String {
    LogLine(
      time: Timestamp.format(unixMilliseconds: Timestamp.now), level: .warning, label: "sluice",
      message: "log lines were dropped: whoever takes them was too slow or could not",
      metadata: [(name: "lines", value: "\(count)")]
    ).rendered(as: format)
  }
}
