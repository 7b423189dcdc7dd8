/// Why an attempt at a target did not bring an answer. The kind decides what the cascade does next.
struct ProviderFault: Error, Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// The request does not suit this provider (400, 404, 413, 422); the circuit does not count it.
    /// `message` is the provider's own.
    case requestRefused(message: String)
    /// The key is wrong, may not do this, or is spent (401, 402, 403): not the job's fault.
    case keyRefused
    /// Too much for now (408, 409, 425, 429).
    case limited(retryAfter: Duration)
    /// Errors of the server, of the way to it, or in its answer.
    case failing
    /// The provider's content filter refused prompt or answer.
    case contentFiltered
  }

  let kind: Kind
  /// A short phrase for people, such as `rate limited (429)`.
  let reason: String

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  static func failing(_ reason: String) -> ProviderFault { ProviderFault(.failing, reason) }

  static let contentFiltered = ProviderFault(.contentFiltered, "refused by its content filter")

  /// How long a target is left alone when it does not say for how long.
  static let defaultRetryAfter = Duration.seconds(5)

  /// The fault that an error status means. `message` is the provider's own, made safe to show.
  static func status(_ status: Int, message: String, retryAfter: Duration?) -> ProviderFault {
    switch status {
    case 401, 402, 403:
      return ProviderFault(.keyRefused, "\(status == 402 ? "no credit left" : "key refused") (\(status))")
    case 408, 409, 425, 429:
      let reason = status == 429 ? "rate limited" : "asked to come back later"
      return ProviderFault(
        .limited(retryAfter: retryAfter ?? defaultRetryAfter), "\(reason) (\(status))")
    case 498, 500...599:
      return .failing("server error (\(status))")
    case 400...499:
      let shown = message.isEmpty ? "the provider refused the request (\(status))" : message
      return ProviderFault(.requestRefused(message: shown), "request refused (\(status))")
    case 300...399:
      // Following one would send the key to wherever it points.
      return .failing("redirect not followed (\(status))")
    default:
      return .failing("unexpected status (\(status))")
    }
  }
}
