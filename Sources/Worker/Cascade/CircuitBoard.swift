import Shared
import Synchronization

/// What this worker knows of every target, kept in step with the other workers.
///
/// A healthy target costs no call to Redis. While Redis is away, local knowledge has to do.
final class CircuitBoard: Sendable {
  /// How long the one probe of a half-open circuit may take before another may try.
  static let probeTimeout = Duration.seconds(30)

  private let breakers = Mutex<[Target: CircuitBreaker]>([:])
  private let shared: any CircuitSharing

  init(shared: any CircuitSharing) { self.shared = shared }

  /// Whether a target may be asked now; of a half-open one, only one worker may.
  func permission(for target: Target) async -> CircuitBreaker.Permission {
    let permission = breakers.withLock { $0[target]?.permission(now: .now) ?? .allowed }
    guard case .probe = permission else { return permission }
    guard (try? await shared.mayProbe(target, timeout: Self.probeTimeout)) != false else {
      return .refused(cause: .faults, reason: "being probed", remaining: .seconds(1))
    }
    return .allowed
  }

  func succeeded(_ target: Target) async {
    let wasPristine = breakers.withLock { breakers in
      guard let breaker = breakers[target], !breaker.isPristine else { return true }
      breakers[target] = nil
      return false
    }
    if !wasPristine { try? await shared.close(target) }
  }

  func failed(_ target: Target, _ fault: ProviderFault) async {
    let (opening, hasClosed) = breakers.withLock { breakers in
      var breaker = breakers[target] ?? CircuitBreaker()
      let wasOpen = breaker.permission(now: .now) != .allowed
      let opening = breaker.failed(fault, now: .now, chance: .random(in: 0..<1))
      breakers[target] = breaker.isPristine ? nil : breaker
      return (opening, wasOpen && breaker.isPristine)
    }
    if let opening {
      try? await shared.leaveAlone(
        target, for: opening.cooldown, cause: opening.cause, reason: opening.reason)
    } else if hasClosed {
      try? await shared.close(target)
    }
  }

  /// Reads what all workers know. Throws when Redis is away.
  func refresh() async throws(RedisError) {
    let records = try await shared.records()
    breakers.withLock { breakers in
      for target in Set(breakers.keys).union(records.keys) {
        var breaker = breakers[target] ?? CircuitBreaker()
        breaker.adopt(records[target], now: .now)
        breakers[target] = breaker.isPristine ? nil : breaker
      }
    }
  }
}
