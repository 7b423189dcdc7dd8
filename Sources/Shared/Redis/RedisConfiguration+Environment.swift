extension RedisConfiguration {
  /// Reads `REDIS_URL`, the time that commands may take and how many replicas must acknowledge.
  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    self = try environment.read(Variables.redisURL)
    if trustRootsPath == nil, let path = try environment.readIfSet(Variables.trustRootsFile) {
      trustRootsPath = path
      trustRootsName = Variables.trustRootsFile.name
    }
    acknowledgingReplicas = try environment.read(Variables.redisAcknowledgements)
    commandTimeout = .milliseconds(try environment.read(Variables.redisTimeout))
  }
}
