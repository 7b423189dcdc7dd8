import Shared

/// What follows when no target of a request answered. No I/O: findings in, verdict out.
struct CascadeDecision: Sendable {
  /// One target's part. `wait` is how long the target is left alone from now on; nil when it may be asked at
  /// once.
  enum Finding: Sendable, Hashable {
    case fault(ProviderFault, of: Target, wait: Duration?)
    case skipped(CircuitRefusal, of: Target)
    /// The target's API cannot express the request.
    case unasked(ProviderFault, of: Target)
  }

  enum Verdict: Sendable, Hashable {
    /// Every target says that the fault is the request's, or a content filter refused it with an error. `error` is
    /// what the provider said that `message` is of.
    case refused(message: String, error: ProviderError? = nil)
    case failed(message: String)
    case passing(message: String, retryAfter: Duration?, askedAny: Bool)
  }

  private(set) var findings: [Finding] = []

  /// By the index of the finding, where the target has several keys.
  private var keys: [Int: KeyPlace] = [:]

  mutating func add(_ finding: Finding, of key: KeyPlace? = nil) {
    if let key { keys[findings.count] = key }
    findings.append(finding)
  }

  var verdict: Verdict {
    let waits = findings.compactMap(\.passingWait)
    if !waits.isEmpty {
      // One target that can be asked at once makes the whole cascade worth another try at once.
      let retryAfter = waits.contains(nil) ? nil : waits.compactMap { $0 }.min()
      return .passing(
        message: summary, retryAfter: retryAfter, askedAny: findings.contains(where: \.wasAsked))
    }
    if let finding = refusal, let fault = finding.fault {
      return .refused(
        message: "\(finding.target) refused the request: \(fault.message ?? fault.reason)",
        error: finding.wasAsked ? fault.error : nil)
    }
    return .failed(
      message: "Every provider refused the request; check the providers' keys, credit and models: \(summary)")
  }

  /// Every finding in one line.
  private var summary: String {
    let length = max(Self.fewestWords, ProviderMessage.limit / max(1, findings.count))
    return findings.enumerated().map { index, finding in
      let key = keys[index].map { " (key \($0))" } ?? ""
      return "\(finding.target)\(key): \(finding.told(within: length))"
    }.joined(separator: "; ")
  }

  /// The characters that each target's words have in the summary, however many targets there are; the cascade's
  /// path has them all.
  private static let fewestWords = 80

  /// The first refusal by a filter, or the first of all when all of them say that the fault is the request's.
  private var refusal: Finding? {
    if let filtered = findings.first(where: \.isRefusedByFilter) { return filtered }
    return findings.allSatisfy(\.isRequestRefused) ? findings.first : nil
  }
}

extension CascadeDecision.Finding {
  fileprivate var target: Target {
    switch self {
    case .fault(_, let target, _), .skipped(_, let target), .unasked(_, let target): target
    }
  }

  fileprivate var fault: ProviderFault? {
    switch self {
    case .fault(let fault, _, _), .unasked(let fault, _): fault
    case .skipped: nil
    }
  }

  fileprivate func told(within length: Int) -> String {
    switch self {
    case .fault(let fault, _, _), .unasked(let fault, _): fault.told(within: length)
    case .skipped(let refusal, _): refusal.reason
    }
  }

  fileprivate var wasAsked: Bool {
    if case .fault = self { true } else { false }
  }

  /// The wait, if the fault is one that passes: the outer nil says that it does not.
  fileprivate var passingWait: Duration?? {
    switch self {
    case .skipped(let refusal, _):
      return refusal.cause == .keyRefused ? .none : .some(refusal.wait)
    case .fault(let fault, _, let wait):
      switch fault.kind {
      case .failing, .limited: return .some(wait)
      case .requestRefused, .keyRefused, .tooLarge, .contentFiltered: return .none
      }
    case .unasked: return .none
    }
  }

  fileprivate var isRequestRefused: Bool { fault?.kind == .requestRefused }

  fileprivate var isRefusedByFilter: Bool { fault?.kind == .contentFiltered }
}
