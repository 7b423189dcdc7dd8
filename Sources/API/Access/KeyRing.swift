import NIOCore
import Shared
import Synchronization

/// The keys that this process knows, with what they may do.
///
/// What is known may be old: an admission says by which records it was judged, and the step that takes it in looks whether
/// these still hold. For all else a record is looked at again once it was not for a second.
final class KeyRing: Sendable {
  static let capacity = 10_000
  /// How long what is known is taken as true without a look.
  static let freshness = Duration.seconds(1)

  private struct Entry: Sendable {
    var standing: KeyStanding
    var checked: ContinuousClock.Instant
  }

  let clock = RedisClock()
  private let records: any AccessRecords
  private let checks: PerEventLoop<StepBatcher<RecordNames, AccessVersion>>
  private let known: Mutex<GenerationalCache<KeyHolder, Entry>>

  init(records: any AccessRecords, eventLoops: any EventLoopGroup, capacity: Int = KeyRing.capacity) {
    self.records = records
    checks = PerEventLoop(eventLoops) { StepBatcher(eventLoop: $0, step: records.epochs) }
    known = Mutex(GenerationalCache(capacity: capacity))
  }

  /// What a key is good for, as far as is known, or as it was a second ago at most with `isFresh`.
  func standing(
    of holder: KeyHolder, isFresh: Bool, now: ContinuousClock.Instant = .now
  ) async throws(QueueError) -> KeyStanding {
    guard let entry = known.withLock({ $0[holder] }) else {
      // Whoever needs no store is judged by the tenant as it is where nobody has changed it; the step knows better.
      guard isFresh || holder != .service else { return .good(AccessPolicy(service: Tenant(id: .default))) }
      return try await renew(holder, now: now)
    }
    let isRecent = now - entry.checked <= Self.freshness
    guard case .good(let policy) = entry.standing else {
      return isRecent ? entry.standing : try await renew(holder, now: now)
    }
    if isRecent || !isFresh { return inTime(policy) }
    let version = try await checks.current.perform(policy.recordNames)
    guard version.tenant == policy.version.tenant, version.key == policy.version.key else {
      return try await renew(holder, now: now)
    }
    known.withLock { $0[holder] = Entry(standing: entry.standing, checked: now) }
    return inTime(policy)
  }

  /// The same as the store says it now, which has changed since it was looked at.
  func renew(
    _ holder: KeyHolder, now: ContinuousClock.Instant = .now
  ) async throws(QueueError) -> KeyStanding {
    let standing = try await lookUp(holder)
    known.withLock { $0[holder] = Entry(standing: standing, checked: now) }
    guard case .good(let policy) = standing else { return standing }
    return inTime(policy)
  }

  /// How many are known.
  var count: Int { known.withLock(\.count) }

  private func lookUp(_ holder: KeyHolder) async throws(QueueError) -> KeyStanding {
    switch holder {
    case .service:
      guard let tenant = try await records.tenant(.default) else { return .revoked }
      return .good(AccessPolicy(service: tenant.record, version: AccessVersion(tenant: tenant.epoch)))
    case .stored(let digests):
      switch try await records.find(digests) {
      case .unknown: return .unknown
      case .deleted: return .revoked
      case .found(let key, let tenant, let now):
        clock.heard(now)
        return Self.standing(key, tenant, digests)
      }
    }
  }

  private static func standing(
    _ key: Versioned<APIKey>, _ tenant: Versioned<Tenant>, _ digests: [KeyDigest]
  ) -> KeyStanding {
    guard key.record.isEnabled, let end = digests.lazy.compactMap(key.record.goodUntil).first else {
      return .revoked
    }
    let isOfAll = key.record.tenant == .all
    let version = AccessVersion(
      tenant: isOfAll ? 0 : tenant.epoch, key: key.epoch, goodUntil: end == .max ? nil : end)
    return .good(AccessPolicy(tenant: tenant.record, key: key.record, version: version))
  }

  /// A key ends without a change of its record.
  private func inTime(_ policy: AccessPolicy) -> KeyStanding {
    guard let end = policy.version.goodUntil, clock.now >= end else { return .good(policy) }
    return .revoked
  }
}

extension AccessPolicy {
  var recordNames: RecordNames {
    RecordNames(tenant: key?.tenant == .all ? nil : tenant.id, key: key?.id)
  }
}
