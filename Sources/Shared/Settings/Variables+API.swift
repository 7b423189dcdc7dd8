/// What an API process is told.
extension Variables {
  public static let host = Variable<String>.text(
    "HOST", "the address on which the API listens", default: "0.0.0.0")
  public static let port = Variable<Int>.integer(
    "PORT", "the port on which the API listens; 0 takes any free one", in: 0...65_535, default: 8000)
  public static let serviceAPIKey = Variable<Secret>.secret(
    "SERVICE_API_KEY",
    "the key that clients send where no keys are stored; it belongs to the tenant `default`. This or "
      + "`ADMIN_API_KEY` must be set")
  public static let adminAPIKey = Variable<Secret>.secret(
    "ADMIN_API_KEY",
    "the first administrator's key, for the `/admin` routes; others are stored keys with `admin:…` scopes")
  public static let rateLimit = Variable<RateLimit?>(
    "RATE_LIMIT",
    "how much `SERVICE_API_KEY` may ask; stored keys have limits of their own and of their tenants",
    allowed:
      "`N/second`, `N/minute`, `N/hour` or `N/day` with N from 1 to \(RateLimit.most), or `off`",
    default: "10/minute"
  ) { $0.lowercased() == "off" ? .some(nil) : RateLimit(parsing: $0).map(Optional.some) }
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
  public static let compatibleCache = Variable<CompatibleCache>.choice(
    "CACHE_V1", "which requests of `/v1` the cache answers: those with temperature 0 or a seed, all, or none",
    default: .repeatable)
  public static let maxBodyBytes = Variable<Int>.integer(
    "MAX_BODY_BYTES", "the largest request body", in: 1024...67_108_864, default: 33_554_432)
  public static let maxHeldBytes = Variable<Int>.integer(
    "MAX_HELD_BYTES",
    "how many bytes of request bodies one API process holds at once, those up to 64 KiB not counted; at least "
      + "`MAX_BODY_BYTES`",
    in: 1_048_576...1_099_511_627_776, default: 536_870_912)
  public static let maxPromptChars = Variable<Int>.integer(
    "MAX_PROMPT_CHARS", "the longest prompt, in characters", in: 1...10_000_000, default: 4000)
  public static let maxTokens = Variable<Int>.integer(
    "MAX_TOKENS", "the largest `max_tokens`", in: 1...1_000_000, default: 2048)

  public static let recordedHeaders = Variable(
    "RECORDED_HEADERS",
    "the headers of clients that stand in usage records, as tags, and in the request log, such as "
      + "`User-Agent, X-Claude-Code-Session-Id, session-id`",
    allowed: "up to 8 names of headers with commas between, none of them one that holds a key", default: ""
  ) { text in parseList(text, headerName).flatMap { $0.count <= 8 ? $0 : nil } }

  private static let secretHeaders: Set = [
    "authorization", "cookie", "proxy-authorization", "x-api-key", "x-goog-api-key",
  ]

  /// In lower case; nil for what is no name of a header (RFC 9110 section 5.6.2), or of one that holds a key.
  private static func headerName(_ text: String) -> String? {
    let name = text.lowercased()
    let isToken = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x61...0x7A, 0x30...0x39: true
      default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    }
    return isToken && (1...64).contains(name.utf8.count) && !secretHeaders.contains(name) ? name : nil
  }

  /// Those above, in the order of the documentation.
  static let api: [VariableDocumentation] = [
    host.documentation, port.documentation, serviceAPIKey.documentation, adminAPIKey.documentation,
    rateLimit.documentation, rateLimitBy.documentation, trustedProxies.documentation,
    allowedOrigins.documentation, queryWait.documentation, completionWait.documentation,
    compatibleCache.documentation, maxBodyBytes.documentation, maxHeldBytes.documentation,
    maxPromptChars.documentation, maxTokens.documentation, recordedHeaders.documentation,
  ]
}
