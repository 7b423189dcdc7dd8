/// How much the queue takes, and how long it keeps what.
extension Variables {
  public static let maxQueue = Variable<Int>.integer(
    "MAX_QUEUE", "how many jobs may wait at once", in: 1...100_000_000, default: 1_000_000)
  public static let maxQueueBytes = Variable<Int>.integer(
    "MAX_QUEUE_BYTES", "how many bytes of requests may wait at once", in: 1024...1_099_511_627_776,
    default: 1_073_741_824)
  public static let tenantMaxQueue = Variable<Int>.integer(
    "TENANT_MAX_QUEUE", "how many jobs of one tenant may be open at once", in: 1...100_000_000,
    default: 1_000_000)
  public static let tenantMaxQueueBytes = Variable<Int>.integer(
    "TENANT_MAX_QUEUE_BYTES", "how many bytes of requests one tenant may have open at once",
    in: 1024...1_099_511_627_776, default: 1_073_741_824)
  public static let tenantConcurrency = Variable<Int>.integer(
    "TENANT_CONCURRENCY", "how many jobs of one tenant run at once; 0 sets no bound", in: 0...1_000_000,
    default: 0)
  public static let jobTTL = Variable<Duration>.seconds(
    "JOB_TTL", "how long a finished job is kept", in: 1...31_536_000, default: "86400")
  public static let queryTTL = Variable<Duration>.seconds(
    "QUERY_TTL", "how long an answer is kept whose caller waited for it and has it", in: 1...31_536_000,
    default: "900")
  public static let responseTTL = Variable<Duration>.seconds(
    "RESPONSE_TTL",
    "how long a response of `/v1/responses` is kept, unless it was asked with `store: false`, "
      + "and a conversation from its last use",
    in: 60...315_360_000, default: "2592000")
  public static let responsesMaxBytes = Variable<Int>.bytes(
    "RESPONSES_MAX_BYTES",
    "the most that kept responses and conversations may hold in Redis, of which the oldest go; unset, a quarter of its "
      + "`maxmemory`, else 1 GiB")
  public static let finishedMaxBytes = Variable<Int>.bytes(
    "FINISHED_MAX_BYTES",
    "the most that answers whose callers have them and event logs of finished jobs may hold in Redis; unset, a quarter "
      + "of its `maxmemory`, else 1 GiB")
  public static let usageMaxBytes = Variable<Int>.bytes(
    "USAGE_MAX_BYTES",
    "the most that usage records may hold in Redis, of which the oldest go that are added up; unset, an eighth of its "
      + "`maxmemory`, else 256 MiB")
  public static let usageRetention = Variable<Duration>.seconds(
    "USAGE_RETENTION", "how long usage records are kept, and what users have used", in: 60...315_360_000,
    default: "2592000")
  public static let jobExpiresIn = Variable<Duration>.seconds(
    "JOB_EXPIRES_IN", "how long a job may wait and be retried", in: 1...2_592_000, default: "86400")
  public static let jobMaxAttempts = Variable<Int>.integer(
    "JOB_MAX_ATTEMPTS", "how often a job is tried before it fails", in: 1...1000, default: 50)
  public static let cacheTTL = Variable<Duration>.seconds(
    "CACHE_TTL", "how long an answer is reused for equal requests; 0 turns the cache off",
    in: 0...31_536_000, default: "3600")
  public static let cacheMaxBytes = Variable<Int>.integer(
    "CACHE_MAX_BYTES", "how many bytes of answers the cache may hold", in: 0...1_099_511_627_776,
    default: 134_217_728)

  /// Those above, in the order of the documentation.
  static let queue: [VariableDocumentation] = [
    maxQueue.documentation, maxQueueBytes.documentation, tenantMaxQueue.documentation,
    tenantMaxQueueBytes.documentation, tenantConcurrency.documentation, jobTTL.documentation,
    queryTTL.documentation, responseTTL.documentation, responsesMaxBytes.documentation,
    finishedMaxBytes.documentation, usageMaxBytes.documentation,
    usageRetention.documentation,
    jobExpiresIn.documentation, jobMaxAttempts.documentation, cacheTTL.documentation,
    cacheMaxBytes.documentation,
  ]
}

extension Variable where Value == Int {
  /// A number of bytes that Sluice finds itself where none is set.
  fileprivate static func bytes(_ name: String, _ meaning: String) -> Variable {
    let range = 1024...1_099_511_627_776
    return Variable(
      name, meaning, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"
    ) { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}
