/// Where Redis is, and how long it may take.
extension Variables {
  public static let redisURL = Variable(
    "REDIS_URL", "the Redis that holds queue, answers and limits",
    allowed:
      "`redis://` or `rediss://[user:password@]host:port/db`, `redis+sentinel://` or `rediss+sentinel://[user:password@]s1:26379,s2:26379,s3:26379/name/db`, or `unix://path`",
    default: "redis://127.0.0.1:6379/0"
  ) {
    try? RedisConfiguration(url: $0)
  } because: { text in
    do throws(RedisURLError) { _ = try RedisConfiguration(url: text) } catch { return "\(error)" }
    return nil
  }
  public static let trustRootsFile = Variable<String>(
    "SSL_CERT_FILE", "the authorities that may sign the certificate of a Redis, unless its URL has `cafile`",
    allowed: "the path of a PEM file"
  ) { $0 }
  public static let redisTimeout = Variable<Int>.integer(
    "REDIS_TIMEOUT_MS",
    "how long one Redis command may take, in milliseconds; after one that took longer, all fail at once until Redis answers again",
    in: 100...60_000, default: 2000)
  public static let redisAcknowledgements = Variable<Int>.integer(
    "REDIS_ACK_REPLICAS",
    "how many replicas of Redis must acknowledge a job, and an answer, before anyone is told",
    in: 0...2, default: 0)

  /// Those above, in the order of the documentation.
  static let redis: [VariableDocumentation] = [
    redisURL.documentation, redisTimeout.documentation, redisAcknowledgements.documentation,
    trustRootsFile.documentation,
  ]
}
