extension RedisConfiguration {
  /// Reads `REDIS_URL` and the time that commands may take.
  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    self = try environment.read(Variables.redisURL)
    if trustRootsPath == nil, let path = try environment.readIfSet(Variables.trustRootsFile) {
      trustRootsPath = path
      trustRootsName = Variables.trustRootsFile.name
    }
    commandTimeout = .milliseconds(try environment.read(Variables.redisTimeout))
  }
}
