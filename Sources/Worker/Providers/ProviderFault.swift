/// Why one attempt at a target brought no answer. What follows from each kind is in ``CascadeDecision`` and
/// ``CircuitBreaker``.
struct ProviderFault: Error, Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// The provider will not take this request, now or later. Says nothing about others.
    case requestRefused
    /// The key is wrong, or its credit is spent. Not the job's fault.
    case keyRefused
    /// The provider's own limit; nil when it did not say for how long.
    case limited(resetsIn: Duration?)
    /// Errors, time-outs, broken connections, malformed answers.
    case failing
    /// The provider's content filter refused the prompt, or withheld the answer.
    case contentFiltered
  }

  let kind: Kind
  /// For `cascade_path`: ours, short, never the provider's words. Such as `rate limited (429)`.
  let reason: String
  /// The provider's own message, as ``ProviderMessage`` lets it through.
  let message: String?
  /// How soon asking the same target again may help, by what the fault itself says; nil where it says no such
  /// thing.
  var retryAfter: Duration?

  init(_ kind: Kind, _ reason: String, message: String? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.retryAfter = retryAfter
  }

  static func failing(_ reason: String) -> ProviderFault { ProviderFault(.failing, reason) }

  /// The connection broke, as connections do.
  static func broken(_ reason: String) -> ProviderFault {
    ProviderFault(.failing, reason, retryAfter: .zero)
  }
}
