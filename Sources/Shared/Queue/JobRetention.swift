/// How long jobs and answers stay.
public struct JobRetention: Sendable {
  /// How long an ended job can be read.
  public var jobs: Duration
  /// The same for one whose caller waited and has its answer.
  public var answers: Duration
  /// The same for a response that is kept for its client.
  public var responses: Duration
  /// The most bytes of those; nil for a part of what Redis may hold.
  public var responseBytes: Int?
  /// The most bytes of answers whose callers have them, and of event logs of ended jobs; nil for a part of what Redis
  /// may hold.
  public var finishedBytes: Int?
  /// How long usage records stay, and sums by user.
  public var usage: Duration
  /// The most bytes of usage records; nil for a part of what Redis may hold.
  public var usageBytes: Int?
  /// How long an answer is reused; zero turns the cache off.
  public var cache: Duration
  /// The most bytes that the cache may hold.
  public var cacheBytes: Int

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    jobs = try environment.read(Variables.jobTTL)
    answers = try environment.read(Variables.queryTTL)
    responses = try environment.read(Variables.responseTTL)
    responseBytes = try environment.readIfSet(Variables.responsesMaxBytes)
    finishedBytes = try environment.readIfSet(Variables.finishedMaxBytes)
    usage = try environment.read(Variables.usageRetention)
    usageBytes = try environment.readIfSet(Variables.usageMaxBytes)
    cache = try environment.read(Variables.cacheTTL)
    cacheBytes = try environment.read(Variables.cacheMaxBytes)
  }
}
