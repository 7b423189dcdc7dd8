import HTTPTypes
import HummingbirdCore
import NIOCore
import Shared

/// What a handler answers; the responder adds the headers that every answer has.
struct Reply: Sendable {
  enum Content: Sendable {
    case whole(ByteBuffer)
    /// Written while it comes; must finish the writer.
    case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
  }

  var status: HTTPResponse.Status
  var headers: HTTPFields
  var content: Content
  /// What is left of the client's limit, where the handler has learned it.
  var limit: RateLimitState?

  init(
    _ status: HTTPResponse.Status, json body: ByteBuffer, headers: HTTPFields = [:],
    limit: RateLimitState? = nil
  ) {
    self.init(status, body: body, contentType: "application/json", headers: headers, limit: limit)
  }

  init(
    _ status: HTTPResponse.Status, body: ByteBuffer, contentType: String, headers: HTTPFields = [:],
    limit: RateLimitState? = nil
  ) {
    self.init(status, content: .whole(body), headers: headers, limit: limit)
    self.headers[.contentType] = contentType
  }

  /// With a content type among the headers.
  init(
    _ status: HTTPResponse.Status, content: Content, headers: HTTPFields, limit: RateLimitState? = nil
  ) {
    self.status = status
    self.headers = headers
    self.content = content
    self.limit = limit
  }
}

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
  static let cancelOnDisconnect = Self("X-Sluice-Cancel-On-Disconnect")!
  // swift-format-ignore: NeverForceUnwrap
  static let shouldRetry = Self("x-should-retry")!
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
}

extension HTTPFields {
  /// The limit headers of the contract; OpenAI writes its reset as a duration such as `6s`.
  mutating func setLimit(_ state: RateLimitState) {
    let reset = String((state.reset.wholeMilliseconds + 999) / 1000)
    self[.rateLimitLimit] = String(state.limit)
    self[.rateLimitRemaining] = String(state.remaining)
    self[.rateLimitReset] = reset
    self[.openAILimit] = String(state.limit)
    self[.openAIRemaining] = String(state.remaining)
    self[.openAIReset] = "\(reset)s"
  }
}
