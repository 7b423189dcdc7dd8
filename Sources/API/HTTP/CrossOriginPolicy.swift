import HTTPTypes

/// Which web origins may call the API from a browser (the Fetch standard's CORS protocol).
struct CrossOriginPolicy: Sendable {
  /// Origins, or `*` for all.
  let allowedOrigins: Set<String>

  /// The answer to a preflight request; nil when the request is none.
  func preflight(_ request: HTTPRequest) -> HTTPFields? {
    guard request.method == .options, request.headerFields[.accessControlRequestMethod] != nil,
      var headers = headers(for: request)
    else { return nil }
    headers[.accessControlAllowMethods] = "GET, POST, PATCH, DELETE, OPTIONS"
    // Whatever the page wants to send: OpenAI's client alone has a dozen of its own, and more with each version. None
    // gives a right but the key's, which the page must have.
    headers[.accessControlAllowHeaders] = request.headerFields[.accessControlRequestHeaders]
    headers[.accessControlMaxAge] = "600"
    return headers
  }

  /// What any answer to an allowed origin carries; nil for no origin or one that is not allowed.
  func headers(for request: HTTPRequest) -> HTTPFields? {
    guard !allowedOrigins.isEmpty, let origin = request.headerFields[.origin] else { return nil }
    let allowsAll = allowedOrigins.contains("*")
    guard allowsAll || allowedOrigins.contains(origin) else { return nil }
    var headers: HTTPFields = [
      .accessControlAllowOrigin: allowsAll ? "*" : origin,
      .accessControlExposeHeaders: """
      Location, ETag, Retry-After, X-Request-Id, X-Cache, Idempotency-Replayed, RateLimit-Limit, \
      RateLimit-Remaining, RateLimit-Reset, X-Sluice-Job, X-Sluice-Provider, X-Sluice-Attempts, \
      X-Should-Retry, X-RateLimit-Limit-Requests, X-RateLimit-Remaining-Requests, \
      X-RateLimit-Reset-Requests, X-RateLimit-Limit-Tokens, X-RateLimit-Remaining-Tokens, \
      X-RateLimit-Reset-Tokens, Request-Id, X-Sluice-Estimate
      """,
    ]
    if !allowsAll { headers[.vary] = "Origin" }
    return headers
  }
}
