import HTTPTypes

extension HTTPField.Name {
  // Each name is a valid token, so the failable initialiser cannot fail.
  // swift-format-ignore: NeverForceUnwrap
  static let requestID = Self("X-Request-Id")!
  // swift-format-ignore: NeverForceUnwrap
  static let apiKey = Self("X-API-Key")!
  // swift-format-ignore: NeverForceUnwrap
  static let cacheStatus = Self("X-Cache")!
  // swift-format-ignore: NeverForceUnwrap
  static let forwardedFor = Self("X-Forwarded-For")!
  // swift-format-ignore: NeverForceUnwrap
  static let referrerPolicy = Self("Referrer-Policy")!
  // swift-format-ignore: NeverForceUnwrap
  static let idempotencyKey = Self("Idempotency-Key")!
  // swift-format-ignore: NeverForceUnwrap
  static let idempotencyReplayed = Self("Idempotency-Replayed")!
  // swift-format-ignore: NeverForceUnwrap
  static let lastEventID = Self("Last-Event-ID")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceJob = Self("X-Sluice-Job")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceProvider = Self("X-Sluice-Provider")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceAttempts = Self("X-Sluice-Attempts")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceDropped = Self("X-Sluice-Dropped")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceCache = Self("X-Sluice-Cache")!
  // swift-format-ignore: NeverForceUnwrap
  static let cancelOnDisconnect = Self("X-Sluice-Cancel-On-Disconnect")!
  // swift-format-ignore: NeverForceUnwrap
  static let shouldRetry = Self("x-should-retry")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceUser = Self("X-Sluice-User")!
  // swift-format-ignore: NeverForceUnwrap
  static let accelBuffering = Self("X-Accel-Buffering")!
  // swift-format-ignore: NeverForceUnwrap
  static let prefer = Self("Prefer")!
  // swift-format-ignore: NeverForceUnwrap
  static let preferenceApplied = Self("Preference-Applied")!
  // swift-format-ignore: NeverForceUnwrap
  static let rateLimitLimit = Self("RateLimit-Limit")!
  // swift-format-ignore: NeverForceUnwrap
  static let rateLimitRemaining = Self("RateLimit-Remaining")!
  // swift-format-ignore: NeverForceUnwrap
  static let rateLimitReset = Self("RateLimit-Reset")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAILimit = Self("x-ratelimit-limit-requests")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAIRemaining = Self("x-ratelimit-remaining-requests")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAIReset = Self("x-ratelimit-reset-requests")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAITokenLimit = Self("x-ratelimit-limit-tokens")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAITokensRemaining = Self("x-ratelimit-remaining-tokens")!
  // swift-format-ignore: NeverForceUnwrap
  static let openAITokenReset = Self("x-ratelimit-reset-tokens")!
}
