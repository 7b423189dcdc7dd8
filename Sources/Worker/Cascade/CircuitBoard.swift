import Logging
import Shared
import Synchronization

/// What this worker knows of all targets: its own breakers, kept in step with those of the other workers by
/// ``CircuitRefresher``.
///
/// A healthy target has no entry and costs a look under a lock. Without Redis each worker goes by what it finds
/// out itself, and tells the others once Redis is back.
final class CircuitBoard: Sendable {
  private struct State {
    var breakers: [Target: CircuitBreaker] = [:]
    /// What has not been told to the others yet, the last word for each target.
    var untold: [Target: CircuitBreaker.Change] = [:]
  }

  enum Permission: Sendable, Hashable {
    case granted(isProbe: Bool)
    case refused(CircuitRefusal)
  }

  /// Clients may name any model as `provider/model`, so what is remembered is bounded.
  private static let capacity = 4096

  private let state = Mutex(State())
  private let shared: any CircuitSharing
  private let probeTimeout: Duration
  private let logger: Logger
  private let metrics: WorkerMetrics?
  private let clock = ContinuousClock()
  private let news: AsyncStream<Void>.Continuation
  /// Yields when there is something to tell or to ask. For one ``CircuitRefresher``.
  let signals: AsyncStream<Void>

  /// - Parameter probeTimeout: longer than nearly any attempt takes; after it another worker may probe. Not as long as
  ///   an attempt may take at most, or the circuit would stay shut for an hour when a worker dies with its probe.
  init(
    shared: any CircuitSharing, probeTimeout: Duration = .seconds(150),
    logger: Logger = Logger(label: "sluice-worker"), metrics: WorkerMetrics? = nil
  ) {
    self.shared = shared
    self.probeTimeout = probeTimeout
    self.logger = logger
    self.metrics = metrics
    (signals, news) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  // MARK: - For the cascade

  /// Whether nothing is remembered of the target: it may be asked.
  func isHealthy(_ target: Target) -> Bool { state.withLock { $0.breakers.index(forKey: target) == nil } }

  /// Whether the target may be asked. Whoever is granted a probe must end it by ``record(_:of:isProbe:)`` or
  /// ``abandon(_:isProbe:)``.
  func permission(for target: Target) async -> Permission {
    let permission = state.withLock {
      $0.breakers[target]?.permission(at: clock.now, probeTimeout: probeTimeout) ?? .granted
    }
    switch permission {
    case .granted: return .granted(isProbe: false)
    case .refused(let refusal): return .refused(refusal)
    case .probe: return await askToProbe(target)
    }
  }

  private func askToProbe(_ target: Target) async -> Permission {
    // Without Redis, each worker probes for itself.
    let mayProbe = (try? await shared.mayProbe(target, timeout: probeTimeout)) ?? true
    guard !mayProbe else { return .granted(isProbe: true) }
    let refusal = state.withLock { $0.breakers[target]?.denyProbe(at: clock.now) }
    return refusal.map { .refused($0) } ?? .granted(isProbe: false)
  }

  /// Notes the end of an attempt; `fault` is nil for an answer. Returns how long the target is now left alone,
  /// nil when it may be asked again at once. `key` is told in the log.
  @discardableResult
  func record(
    _ fault: ProviderFault?, of target: Target, isProbe: Bool, key: KeyPlace? = nil
  ) -> Duration? {
    // The model's own fault says nothing of whether its provider is up.
    if let fault, !fault.countsForCircuit {
      abandon(target, isProbe: isProbe)
      return nil
    }
    // An answer tells nothing new of such a target.
    if fault == nil, isHealthy(target) { return nil }
    let now = clock.now
    let (change, wait) = state.withLock { state -> (CircuitBreaker.Change?, Duration?) in
      let change = state.breakers[target, default: CircuitBreaker()]
        .record(fault, isProbe: isProbe, at: now, chance: fault == nil ? 0.5 : .random(in: 0..<1))
      let wait = state.breakers[target]?.wait(at: now)
      if state.breakers[target]?.isBlank == true { state.breakers[target] = nil }
      if let change { state.untold[target] = change }
      if state.breakers.count > Self.capacity { Self.forget(&state, at: now) }
      return (change, wait)
    }
    if let change {
      if let outcome = change.outcome { metrics?.circuitChanged(of: target, to: outcome) }
      log(change, target, key)
      news.yield()
    }
    return wait
  }

  /// An attempt ended without a result, because its task was cancelled.
  func abandon(_ target: Target, isProbe: Bool) {
    guard isProbe else { return }
    let hasNews = state.withLock { state in
      guard let change = state.breakers[target]?.abandonProbe(at: clock.now) else { return false }
      state.untold[target] = change
      return true
    }
    if hasNews { news.yield() }
  }

  private static func forget(_ state: inout State, at now: ContinuousClock.Instant) {
    state.breakers = state.breakers.filter { !$0.value.isIdle(at: now) }
    guard state.breakers.count > capacity else { return }
    state.breakers = [:]
    state.untold = [:]
  }

  private func log(_ change: CircuitBreaker.Change, _ target: Target, _ key: KeyPlace?) {
    var metadata: Logger.Metadata = ["target": "\(key == nil ? target : ProviderKey.target(of: target))"]
    if let key { metadata["provider_key"] = "\(key)" }
    switch change {
    case .closed:
      logger.notice("a circuit closed: the provider answers again", metadata: metadata)
    case .leftAlone(let pause):
      metadata["reason"] = "\(pause.reason)"
      switch pause.cause {
      case .limited: logger.debug("a target is left alone until its limit resets", metadata: metadata)
      case .faults: logger.warning("a circuit opened", metadata: metadata)
      case .keyRefused:
        logger.error("a circuit opened: check the provider's key and credit", metadata: metadata)
      }
    }
  }

  /// The subjects of circuits that are open, or wait for a probe.
  var open: Set<Target> { state.withLock { Set($0.breakers.filter { $0.value.opening != nil }.keys) } }

  /// How many targets something is remembered of.
  var size: Int { state.withLock { $0.breakers.count } }

  // MARK: - For the refresher

  /// Asks for a ``synchronize()`` soon.
  func requestSynchronization() { news.yield() }

  /// Tells the others what this worker found out, then takes over what they know. Only one at a time may run.
  ///
  /// Redis errors change nothing: what is untold is told next time, and the Redis client logs its own state.
  func synchronize() async {
    do {
      try await tell()
      let records = try await shared.records()
      adopt(records)
    } catch {}
  }

  private func tell() async throws(RedisError) {
    for (target, change) in state.withLock({ $0.untold }) {
      switch change {
      case .closed:
        try await shared.close(target)
      case .leftAlone(let pause):
        let rest = max(.zero, pause.until - clock.now)
        try await shared.leaveAlone(target, for: rest, cause: pause.cause, reason: pause.reason)
      }
      // Something newer may have come up meanwhile, which is still to be told.
      state.withLock { if $0.untold[target] == change { $0.untold[target] = nil } }
    }
  }

  private func adopt(_ records: [Target: CircuitRecord]) {
    let now = clock.now
    state.withLock { state in
      for target in Set(state.breakers.keys).union(records.keys) where state.untold[target] == nil {
        var breaker = state.breakers[target] ?? CircuitBreaker()
        breaker.adopt(records[target], at: now)
        state.breakers[target] = breaker.isBlank ? nil : breaker
      }
    }
  }
}

extension CircuitBreaker.Change {
  /// As metrics call it; nil for a provider's own limit, by which no circuit opens.
  fileprivate var outcome: String? {
    switch self {
    case .closed: "closed"
    case .leftAlone(let pause): pause.cause == .limited ? nil : "opened"
    }
  }
}
