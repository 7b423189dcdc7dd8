/// Every environment variable of Sluice. API and Worker read the same ones, so one `.env` serves both.
public enum Variables {
  // MARK: Redis
  public static let redisURL = Variable(
    "REDIS_URL", "the Redis that holds queue, answers and limits",
    allowed: "`redis://` or `rediss://[user:password@]host:port/db`, or `unix://path`",
    default: "redis://127.0.0.1:6379/0"
  ) { try? RedisConfiguration(url: $0) }
  public static let redisTimeout = Variable<Int>.integer(
    "REDIS_TIMEOUT_MS", "how long one Redis command may take, in milliseconds", in: 10...60_000,
    default: 250)

  // MARK: API
  public static let host = Variable<String>.text(
    "HOST", "the address on which the API listens", default: "0.0.0.0")
  public static let port = Variable<Int>.integer(
    "PORT", "the port on which the API listens; 0 takes any free one", in: 0...65_535, default: 8000)
  public static let serviceAPIKey = Variable<Secret>.secret(
    "SERVICE_API_KEY", "the key that clients send; it belongs to the tenant `default`")
  public static let adminAPIKey = Variable<Secret>.secret(
    "ADMIN_API_KEY", "the operator's key for the `/admin` routes, which are closed without it")
  public static let rateLimit = Variable(
    "RATE_LIMIT", "how much one client may ask", allowed: "`N/second`, `N/minute` or `N/hour`",
    default: "10/minute", parse: RateLimit.init(parsing:))
  public static let rateLimitBy = Variable<RateLimitSubject>.choice(
    "RATE_LIMIT_BY", "whom the rate limit counts", default: .key)
  public static let trustedProxies = Variable(
    "TRUSTED_PROXIES", "the proxies whose `X-Forwarded-For` counts",
    allowed: "addresses and CIDR networks with commas between", default: ""
  ) { parseList($0, IPNetwork.init(parsing:)) }
  public static let allowedOrigins = Variable(
    "ALLOWED_ORIGINS", "the web origins that may call the API from a browser",
    allowed: "origins such as `https://app.example.com` with commas between, or `*`", default: ""
  ) { parseList($0) { $0 == "*" || $0.contains("://") ? $0 : nil } }
  public static let queryWait = Variable<Duration>.seconds(
    "QUERY_WAIT", "how long `/query` waits for its answer", in: 0...300, default: "30")
  public static let completionWait = Variable<Duration>.seconds(
    "COMPLETION_WAIT", "how long a request of `/v1` waits for its answer", in: 1...3600, default: "600")
  public static let maxBodyBytes = Variable<Int>.integer(
    "MAX_BODY_BYTES", "the largest request body", in: 1024...67_108_864, default: 1_048_576)
  public static let maxPromptChars = Variable<Int>.integer(
    "MAX_PROMPT_CHARS", "the longest prompt, in characters", in: 1...10_000_000, default: 4000)
  public static let maxTokens = Variable<Int>.integer(
    "MAX_TOKENS", "the largest `max_tokens`", in: 1...1_000_000, default: 2048)

  // MARK: Jobs
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

  // MARK: Callbacks
  public static let webhookSecret = Variable(
    "WEBHOOK_SECRET", "what signs the calls of `callback_url`, which is refused while this is unset",
    allowed: "`whsec_` and the Base64 of 24 to 64 random bytes", isSecret: true,
    parse: WebhookSecret.init(parsing:))
  public static let allowHTTPCallbacks = Variable<Bool>.flag(
    "ALLOW_HTTP_CALLBACKS", "whether a `callback_url` may be plain http", default: false)
  public static let callbackNetworks = Variable(
    "CALLBACK_NETWORKS",
    "the private networks that a `callback_url` may lead to, besides all public addresses",
    allowed: "addresses and CIDR networks with commas between", default: ""
  ) { parseList($0, IPNetwork.init(parsing:)) }

  // MARK: Worker
  public static let workerConcurrency = Variable<Int>.integer(
    "WORKER_CONCURRENCY", "how many jobs one worker holds at once", in: 1...10_000, default: 1000)
  public static let maxAnswerBytes = Variable<Int>.integer(
    "MAX_ANSWER_BYTES", "the largest answer of a provider, as it comes", in: 1024...268_435_456,
    default: 67_108_864)
  public static let maxEventBytes = Variable<Int>.integer(
    "MAX_EVENT_BYTES", "the largest event of a provider's streamed answer", in: 1024...268_435_456,
    default: 33_554_432)
  public static let workerAnswerBytes = Variable<Int>.integer(
    "WORKER_ANSWER_BYTES",
    "how many bytes of answers one worker holds before it leaves further jobs in the queue",
    in: 1024...1_099_511_627_776, default: 536_870_912)
  public static let drainTimeout = Variable<Duration>.seconds(
    "DRAIN_TIMEOUT", "how long a process that was told to stop finishes what it has", in: 0...3600,
    default: "30")
  public static let drainDelay = Variable<Duration>.seconds(
    "DRAIN_DELAY",
    "how long an API that was told to stop takes requests all the same, until nobody sends any",
    in: 0...300, default: "1")
  public static let connectTimeout = Variable<Duration>.seconds(
    "PROVIDER_CONNECT_TIMEOUT", "how long connecting to a provider may take", in: 1...300, default: "5")
  public static let firstByteTimeout = Variable<Duration>.seconds(
    "PROVIDER_FIRST_BYTE_TIMEOUT", "how long a provider may take to the first event of a streamed answer",
    in: 1...3600, default: "300")
  public static let idleTimeout = Variable<Duration>.seconds(
    "PROVIDER_IDLE_TIMEOUT", "how long a streamed answer that has begun may be silent", in: 1...3600,
    default: "120")
  public static let totalTimeout = Variable<Duration>.seconds(
    "PROVIDER_TOTAL_TIMEOUT", "how long a provider may take for a whole answer", in: 1...3600,
    default: "600")
  public static let totalBeforeNextTimeout = Variable<Duration>.seconds(
    "PROVIDER_TOTAL_TIMEOUT_BEFORE_NEXT",
    "how much of that a provider has while another target remains to be asked", in: 1...3600, default: "300")
  public static let streamTimeout = Variable<Duration>.seconds(
    "PROVIDER_STREAM_TIMEOUT", "how long a provider may take for a whole streamed answer", in: 1...86_400,
    default: "3600")

  public static let healthFile = Variable(
    "HEALTH_FILE", "a file that a worker writes anew every 5 s while it reaches Redis, for health checks",
    allowed: "a path", default: ""
  ) { $0 }

  // MARK: Providers
  public static let configFile = Variable(
    "SLUICE_CONFIG",
    "a file that declares more providers, and routes; it is read again when it changes and on SIGHUP",
    allowed: "the path of a YAML or JSON file", default: ""
  ) { $0 }
  public static let cascade = Variable(
    "CASCADE", "the order in which providers are asked",
    allowed: "provider names (\(ProviderPreset.all.map(\.name).joined(separator: ", "))) with commas between",
    default: "gemini,groq,openrouter"
  ) { text -> [String]? in
    let names = parseList(text) { name in ProviderPreset.all.contains { $0.name == name } ? name : nil }
    guard let names, !names.isEmpty, Set(names).count == names.count else { return nil }
    return names
  }
  public static let modelPrices = Variable(
    "MODEL_PRICES", "prices that differ from the built-in list, in US dollars for a million tokens",
    allowed: "`provider/model=input:output` with commas between, such as `groq/some-model=0.59:0.79`",
    default: ""
  ) { parseList($0, PriceTable.parseEntry) }

  // MARK: Logs
  public static let logLevel = Variable<LogLevel>.choice(
    "LOG_LEVEL", "the least urgent messages that are logged", default: .info)
  public static let logFormat = Variable<LogFormat>.choice(
    "LOG_FORMAT", "the form of a log line", default: .text)

  /// Every variable in the order of the documentation.
  public static let all: [VariableDocumentation] =
    [
      redisURL.documentation, redisTimeout.documentation, host.documentation, port.documentation,
      serviceAPIKey.documentation, adminAPIKey.documentation, rateLimit.documentation,
      rateLimitBy.documentation,
      trustedProxies.documentation, allowedOrigins.documentation, queryWait.documentation,
      completionWait.documentation,
      maxBodyBytes.documentation, maxPromptChars.documentation, maxTokens.documentation,
      maxQueue.documentation, maxQueueBytes.documentation, tenantMaxQueue.documentation,
      tenantMaxQueueBytes.documentation, tenantConcurrency.documentation, jobTTL.documentation,
      jobExpiresIn.documentation, jobMaxAttempts.documentation, cacheTTL.documentation,
      cacheMaxBytes.documentation, webhookSecret.documentation, allowHTTPCallbacks.documentation,
      callbackNetworks.documentation, workerConcurrency.documentation,
      maxAnswerBytes.documentation, maxEventBytes.documentation, workerAnswerBytes.documentation,
      drainTimeout.documentation,
      drainDelay.documentation,
      healthFile.documentation, connectTimeout.documentation, firstByteTimeout.documentation,
      idleTimeout.documentation, totalTimeout.documentation, totalBeforeNextTimeout.documentation,
      streamTimeout.documentation,
      configFile.documentation,
      cascade.documentation, modelPrices.documentation,
    ]
    + ProviderPreset.all.flatMap {
      [
        $0.apiKey.documentation, $0.model.documentation, $0.baseURL.documentation, $0.quota.documentation,
      ]
    }
    + [logLevel.documentation, logFormat.documentation]

  /// Reads `a, b,c`; nil when one element is wrong. An empty text is an empty list.
  static func parseList<Element>(_ text: String, _ parse: (String) -> Element?) -> [Element]? {
    var elements: [Element] = []
    for part in text.split(separator: ",") {
      let trimmed = part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
      guard let element = parse(String(trimmed)) else { return nil }
      elements.append(element)
    }
    return elements
  }
}
