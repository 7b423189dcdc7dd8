extension RedisConfiguration {
  /// Reads `REDIS_URL` and the time that commands may take.
  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    self = try environment.read(Variables.redisURL)
    commandTimeout = .milliseconds(try environment.read(Variables.redisTimeout))
  }
}
