import Shared

/// One target's turn in a cascade: what was tried, and how it ended.
struct TargetTurn: Sendable, Hashable {
  /// Behind a reference, since answers are large and handed from step to step.
  indirect enum Ending: Sendable, Hashable {
    case answered(ProviderAnswer)
    /// It answered, but its content filter withheld a part or all of it: the next target may say more.
    case filtered(ProviderAnswer)
    /// It answered with nothing at all: one other target may say something.
    case empty(ProviderAnswer)
    /// It answered with more than is taken in. Another one would most likely say as much, and be paid for it.
    case outsized(ProviderFault)
    /// It failed after a piece of its answer had been told.
    case interrupted(ProviderFault)
    /// The next target may do better.
    case passed(CascadeDecision.Finding)
    /// The call was given up: its task was cancelled.
    case aborted
  }

  /// What was found of a key before the next one was tried.
  struct KeyFinding: Sendable, Hashable {
    let finding: CascadeDecision.Finding
    let key: KeyPlace
  }

  let target: Target
  /// The key with which it ended; nil where the provider has but one.
  var key: KeyPlace?
  /// Of the keys before, where none of them all could be used; empty when the last one had its say.
  var earlier: [KeyFinding] = []
  /// What of the client's wishes the target was not told.
  let dropped: [String]
  let steps: [CascadeStep]
  let ending: Ending
  /// What answers used that did not come to their end, as far as it was heard.
  var unfinished: [TokenUsage] = []

  /// `steps` are one for each attempt, the last one the one that the turn ended with.
  init(
    _ target: Target, _ steps: [CascadeStep], _ ending: Ending, dropped: [String] = [],
    unfinished: [TokenUsage] = []
  ) {
    self.target = target
    self.dropped = dropped
    self.unfinished = unfinished
    self.steps = steps
    self.ending = ending
  }

  /// Whether no other target is asked after it.
  var isLast: Bool {
    switch ending {
    case .answered, .outsized, .interrupted: true
    case .filtered, .empty, .passed, .aborted: false
    }
  }

  /// The same, of a target that was still asked when another had answered.
  var overtaken: TargetTurn {
    switch ending {
    // What it answered before then is paid for.
    case .filtered, .empty: return self
    default: break
    }
    var steps = steps
    if let last = steps.indices.last, steps[last].status == .success || steps[last].status == .aborted {
      steps[last].status = .aborted
      steps[last].reason = "another target answered first"
    }
    var turn = TargetTurn(target, steps, .aborted)
    // Of a call that was aborted the walk counts the prompt.
    if steps.last?.status != .aborted { turn.unfinished = unfinished }
    return turn
  }
}

extension TargetTurn.Ending {
  /// Whether the target was asked with thoughts that it does not take back.
  var isOfThoughts: Bool {
    if case .passed(.fault(let fault, _, _)) = self { fault.isOfThoughts } else { false }
  }

  /// What it is called where an answer came.
  var outcome: TargetMetrics.Outcome {
    switch self {
    case .filtered: .filtered
    case .empty: .empty
    default: .success
    }
  }

  /// The longest that a retry on the same target is waited for: the next target is sooner.
  private static let longestPause = Duration.seconds(2)

  /// How long to wait before the same target is asked again; nil where that makes no sense.
  var pauseBeforeRetry: Duration? {
    guard case .passed(.fault(let fault, _, let wait)) = self, let stated = fault.retryAfter else {
      return nil
    }
    // Never quite at once, and not all together.
    let pause = max(stated, wait ?? .zero, .milliseconds(.random(in: 50...250)))
    return pause <= Self.longestPause ? pause : nil
  }
}

extension CascadeStep {
  init(
    _ target: Target, _ status: Status, _ reason: String?, _ latency: Duration, _ key: KeyPlace? = nil
  ) {
    self.init(
      provider: target.provider, model: target.model, status: status, reason: reason, latency: latency,
      key: key)
  }

  init(
    _ target: Target, _ status: Status, _ fault: ProviderFault, _ latency: Duration, _ key: KeyPlace? = nil
  ) {
    self.init(target, status, fault.reason, latency, key)
    words = fault.message
  }
}
