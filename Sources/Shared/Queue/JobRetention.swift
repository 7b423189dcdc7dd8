/// How long jobs and answers stay.
public struct JobRetention: Sendable {
  /// How long an ended job can be read.
  public var jobs: Duration
  /// How long an answer is reused; zero turns the cache off.
  public var cache: Duration
  /// The most bytes that the cache may hold.
  public var cacheBytes: Int

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    jobs = try environment.read(Variables.jobTTL)
    cache = try environment.read(Variables.cacheTTL)
    cacheBytes = try environment.read(Variables.cacheMaxBytes)
  }
}
