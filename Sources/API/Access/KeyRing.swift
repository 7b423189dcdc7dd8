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

  let clock: RedisClock
  /// What `SERVICE_API_KEY` may do where nobody has changed its tenant.
  let unchangedService = AccessPolicy(service: Tenant(id: .default))
  private let records: any KeyRecords
  private let checks: PerEventLoop<StepBatcher<RecordNames, AccessVersion>>
  private let known: Mutex<GenerationalCache<KeyHolder, Entry>>
  /// Those under way.
  let lookUps = SharedLookups<KeyHolder, KeyStanding>()

  init(records: any KeyRecords, eventLoops: any EventLoopGroup, capacity: Int = KeyRing.capacity) {
    let clock = RedisClock()
    self.clock = clock
    self.records = records
    checks = PerEventLoop(eventLoops) { eventLoop in
      StepBatcher(eventLoop: eventLoop) { (names) throws(QueueError) in
        try await Self.versions(of: names, records, clock)
      }
    }
    known = Mutex(GenerationalCache(capacity: capacity))
  }

  /// How many are known, those that are not good included.
  var count: Int { known.withLock(\.count) }

  /// What a key is good for, as far as is known; with `isFresh`, as it was a second before `now` at most.
  func standing(
    of holder: KeyHolder, isFresh: Bool, now: ContinuousClock.Instant = .now
  ) async throws(QueueError) -> KeyStanding {
    if let standing = knownStanding(of: holder, isFresh: isFresh, now: now) { return standing }
    guard case .good(let policy) = known.withLock({ $0[holder]?.standing }) else {
      return try await renew(holder, now: now)
    }
    return try await checked(policy, of: holder, now: now)
  }

  /// The same where nothing has to be asked for it; nil where something has.
  func knownStanding(
    of holder: KeyHolder, isFresh: Bool, now: ContinuousClock.Instant = .now
  ) -> KeyStanding? {
    guard let entry = known.withLock({ $0[holder] }) else {
      // Who needs no store is judged by the tenant as it is where nobody has changed it; the step knows better.
      return isFresh || holder != .service ? nil : .good(unchangedService)
    }
    let isRecent = now - entry.checked <= Self.freshness
    switch entry.standing {
    // One that is over may have been given a later end, which is asked then: only that it is good needs no look.
    case .good(let policy): return (isRecent || !isFresh) && !isOver(policy) ? .good(policy) : nil
    case .unknown: return isRecent ? .unknown : nil
    // It may be enabled again, and nobody is refused by what was known before that.
    case .revoked: return nil
    }
  }

  /// What a key is good for now. What is known may be old, and nobody is refused by that.
  func current(_ holder: KeyHolder) async throws(QueueError) -> KeyStanding {
    guard case .good(let policy) = known.withLock({ $0[holder] })?.standing else {
      return try await renew(holder)
    }
    return try await checked(policy, of: holder, now: .now)
  }

  /// One small step where nothing has changed.
  private func checked(
    _ policy: AccessPolicy, of holder: KeyHolder, now: ContinuousClock.Instant
  ) async throws(QueueError) -> KeyStanding {
    let version = try await checks.current.perform(RecordNames(policy))
    guard version.tenant == policy.version.tenant, version.key == policy.version.key else {
      return try await renew(holder, now: now)
    }
    known.withLock { $0[holder] = Entry(standing: .good(policy), checked: now) }
    return inTime(policy)
  }

  /// The same as the store says it now: what was known has changed. A look-up that is under way is waited for instead; where
  /// the change came after its start, the step that admits says so again.
  func renew(
    _ holder: KeyHolder, now: ContinuousClock.Instant = .now
  ) async throws(QueueError) -> KeyStanding {
    let standing = try await lookUps.value(for: holder) { () async throws(QueueError) in
      let standing = try await lookUp(holder)
      known.withLock { $0[holder] = Entry(standing: standing, checked: now) }
      return standing
    }
    guard case .good(let policy) = standing else { return standing }
    return inTime(policy)
  }

  /// A key ends without a change of its record.
  private func inTime(_ policy: AccessPolicy) -> KeyStanding { isOver(policy) ? .revoked : .good(policy) }

  private func isOver(_ policy: AccessPolicy) -> Bool {
    policy.version.goodUntil.map { clock.now >= $0 } ?? false
  }

  // MARK: - Looking

  private func lookUp(_ holder: KeyHolder) async throws(QueueError) -> KeyStanding {
    switch holder {
    case .service:
      let tenant = try await records.records(tenant: TenantID.default.rawValue, key: "").tenant
      return .good(
        AccessPolicy(
          service: try tenant.tenant() ?? Tenant(id: .default), version: AccessVersion(tenant: tenant.epoch)))
    case .stored(let digests):
      for digest in digests {
        guard let owner = try await records.owner(of: digest.description) else { continue }
        return try await standing(of: digest, owner.tenant, owner.key)
      }
      return .unknown
    }
  }

  private func standing(
    of digest: KeyDigest, _ owner: String, _ id: String
  ) async throws(QueueError) -> KeyStanding {
    let (tenant, key) = try await records.records(tenant: owner, key: id)
    guard let record = try key.key(), record.isEnabled, let end = record.goodUntil(for: digest),
      record.tenant.description == owner, let place = try tenant.tenant(of: record)
    else { return .revoked }
    let version = AccessVersion(
      tenant: tenant.epoch, key: key.epoch, goodUntil: end == .max ? nil : end)
    return .good(AccessPolicy(tenant: place, key: record, version: version))
  }

  private static func versions(
    of names: [RecordNames], _ records: any KeyRecords, _ clock: RedisClock
  ) async throws(QueueError) -> [AccessVersion] {
    let (now, epochs) = try await records.epochs(of: names.flatMap(\.names))
    clock.heard(now)
    guard epochs.count == 2 * names.count else { throw .unexpectedReply(step: "access_epochs") }
    return names.indices.map { AccessVersion(tenant: epochs[2 * $0], key: epochs[2 * $0 + 1]) }
  }
}
