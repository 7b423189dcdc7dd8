import NIOCore

/// Why a job failed for good.
public struct JobFailure: Error, Sendable, Hashable {
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Every target refused for a reason that waiting will not mend.
    case allProvidersFailed = "all_providers_failed"
    /// Every target says that the request itself is wrong.
    case requestRefused = "request_refused"
    /// A provider answered with more than workers take in.
    case answerTooLarge = "answer_too_large"
    /// The answer broke off after its first words had been sent.
    case streamInterrupted = "stream_interrupted"
    /// Passing faults went on until the attempts were used up.
    case attemptsExhausted = "attempts_exhausted"
    /// Passing faults went on until the deadline.
    case deadlineExceeded = "deadline_exceeded"
    /// A hard budget was spent while the job waited for others to give back what they had reserved.
    case budgetExceeded = "budget_exceeded"
    /// The worker holding it crashed three times.
    case quarantined
    /// The client's URL did not take the delivery.
    case undeliverable
    /// This version cannot read or route the stored request.
    case unreadable
  }

  public var code: Code
  /// One sentence that a person can act on. It may hold a provider's words, and those a part of the prompt.
  public var message: String
  public var cascadePath: [CascadeStep]
  /// What the provider said whose words decided; nil where it was not one provider's.
  public var providerError: ProviderError?

  public init(
    code: Code, message: String, cascadePath: [CascadeStep] = [], providerError: ProviderError? = nil
  ) {
    self.code = code
    self.message = message
    self.cascadePath = cascadePath
    self.providerError = providerError
  }

  /// For logs: the code and our own reasons, never a provider's words.
  public var summary: String {
    guard !cascadePath.isEmpty else { return "\(code.rawValue): \(message)" }
    let steps = cascadePath.map { "\($0.provider)/\($0.model): \($0.reason ?? $0.status.rawValue)" }
    return "\(code.rawValue): \(steps.joined(separator: "; "))"
  }

  /// Whether an operator can do something about it: not about a request that was refused, or that nobody pays for, of which
  /// its client was told.
  public var isDeadLetter: Bool { code != .requestRefused && code != .budgetExceeded }

  /// The stored form: the `error` object of the job resource.
  public func encoded() -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("code", code.rawValue)
      json.member("message", message)
      json.name("cascade_path")
      json.array { for step in cascadePath { step.write(to: &$0) } }
      if let providerError {
        json.name("provider_error")
        providerError.write(to: &json)
      }
    }
    return json.buffer
  }
}
