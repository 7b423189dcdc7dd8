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
    /// It answered with more than we take in, as the `reason` tells: our own bound, and not its fault.
    case tooLarge
    /// The provider's content filter withheld the answer, or, where the fault has an ``error``, refused the request.
    case contentFiltered
  }

  public let kind: Kind
  /// Ours, short, never the provider's words. Such as `rate limited (429)`.
  public let reason: String
  /// What the provider said, as ``ProviderMessage`` lets it through; of a request that was not sent, why.
  public private(set) var error: ProviderError?
  /// How soon asking the same target again may help, by what the fault itself says; nil where it says no such
  /// thing.
  public var retryAfter: Duration?
  /// Whether the circuit of its target learns of it.
  public var countsForCircuit = true
  /// Whether another key of the same provider may do better: this one was refused, or has reached its limit.
  public var isOfKey: Bool
  /// What came with it of an answer that is none, to be paid all the same; nil where nothing is known of that.
  public var remains: Answer?

  public init(_ kind: Kind, _ reason: String, message: String? = nil, retryAfter: Duration? = nil) {
    self.init(
      kind, reason, error: message.map { ProviderError(message: $0) }, retryAfter: retryAfter)
  }

  public init(_ kind: Kind, _ reason: String, error: ProviderError?, retryAfter: Duration? = nil) {
    self.kind = kind
    self.reason = reason
    self.error = error
    self.retryAfter = retryAfter
    isOfKey =
      switch kind {
      case .keyRefused, .limited: true
      case .requestRefused, .failing, .tooLarge, .contentFiltered: false
      }
  }

  public var message: String? { error?.message }

  /// The reason with the provider's words, of which at most `length` characters.
  public func told(within length: Int = ProviderMessage.limit) -> String {
    message.map { "\(reason): \(ProviderMessage.cut($0, to: length))" } ?? reason
  }

  /// The provider's content filter refused the request with an error, which OpenAI's clients know by its code.
  public static func filtered(_ status: Int, _ error: ProviderError?) -> ProviderFault {
    var error = error ?? ProviderError()
    error.code = "content_filter"
    return ProviderFault(.contentFiltered, "content filter (\(status))", error: error)
  }

  /// The same without what it may have said of `secrets`.
  public func hiding(_ secrets: [Secret]) -> ProviderFault {
    guard !secrets.isEmpty, error != nil else { return self }
    var fault = self
    fault.error?.message = KeyBlots.again(error?.message, secrets)
    fault.error?.param = KeyBlots.again(error?.param, secrets)
    fault.error?.type = KeyBlots.again(error?.type, secrets)
    fault.error?.code = KeyBlots.again(error?.code, secrets)
    return fault
  }

  public static func failing(_ reason: String) -> ProviderFault { ProviderFault(.failing, reason) }

  /// The answer is one that the provider itself calls broken: the model's fault, which no circuit counts.
  public static func brokenAnswer(_ reason: String) -> ProviderFault {
    var fault = ProviderFault(.failing, reason)
    fault.countsForCircuit = false
    return fault
  }

  /// The same with what there is of the answer.
  func leaving(_ answer: Answer) -> ProviderFault {
    var fault = self
    fault.remains = answer
    return fault
  }

  /// The same of a success that holds an error, with what it says that this used.
  func leaving(_ usage: TokenUsage) -> ProviderFault {
    var answer = Answer()
    answer.usage = usage
    return leaving(answer)
  }

  /// The connection broke, as connections do.
  public static func broken(_ reason: String) -> ProviderFault {
    ProviderFault(.failing, reason, retryAfter: .zero)
  }
}
