/// Why one attempt at a target brought no answer. What follows from each kind is in ``CascadeDecision`` and
/// ``CircuitBreaker``.
public struct ProviderFault: Error, Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
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

  public let kind: Kind
  /// For `cascade_path`: ours, short, never the provider's words. Such as `rate limited (429)`.
  public let reason: String
  /// The provider's own message, as ``ProviderMessage`` lets it through.
  public let message: String?
  /// How soon asking the same target again may help, by what the fault itself says; nil where it says no such
  /// thing.
  public var retryAfter: Duration?

  /// Whether the circuit of its target learns of it.
  public var countsForCircuit = true

  public init(_ kind: Kind, _ reason: String, message: String? = nil, retryAfter: Duration? = nil) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.retryAfter = retryAfter
  }

  public static func failing(_ reason: String) -> ProviderFault { ProviderFault(.failing, reason) }

  /// The answer is one that the provider itself calls broken: the model's fault, which no circuit counts.
  public static func brokenAnswer(_ reason: String) -> ProviderFault {
    var fault = ProviderFault(.failing, reason)
    fault.countsForCircuit = false
    return fault
  }

  /// The connection broke, as connections do.
  public static func broken(_ reason: String) -> ProviderFault {
    ProviderFault(.failing, reason, retryAfter: .zero)
  }
}
