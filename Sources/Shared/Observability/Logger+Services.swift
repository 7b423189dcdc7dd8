import Logging

extension Logger {
  /// For a `ServiceGroup`, which at debug writes every service with all that it holds, down to configurations.
  public var forServices: Logger {
    var logger = self
    logger.logLevel = max(logLevel, .info)
    return logger
  }
}
