import NIOPosix
import Testing

@testable import API
@testable import Shared

@Suite("The keys that a process knows")
struct KeyRingTests {
  private func policy(_ standing: KeyStanding) -> AccessPolicy? {
    if case .good(let policy) = standing { policy } else { nil }
  }

  @Test("what is known is taken as it is for admissions, and looked at again for reading after a second")
  func freshness() async throws {
    try await AccessLab.with { lab in
      var (key, material) = try await lab.makeKey()
      let holder = KeyHolder.stored(lab.peppers.digests(of: material))
      let start = ContinuousClock.now
      let first = policy(try await lab.ring.standing(of: holder, isFresh: true, now: start))
      let version = try #require(first?.version)
      #expect(version.key > 0 && version.tenant > 0)
      key.name = "renamed"
      try await lab.update(key)
      let soon = try await lab.ring.standing(of: holder, isFresh: true, now: start + .seconds(1))
      #expect(policy(soon)?.key?.name == nil)
      let later = start + .milliseconds(1001)
      let asking = try await lab.ring.standing(of: holder, isFresh: false, now: later)
      #expect(policy(asking)?.key?.name == nil)
      let reading = try await lab.ring.standing(of: holder, isFresh: true, now: later)
      #expect(policy(reading)?.key?.name == "renamed" && policy(reading)?.version.key ?? 0 > version.key)
    }
  }

  @Test("a deleted or disabled key, and one of a deleted tenant, read nothing after a second")
  func revoked() async throws {
    try await AccessLab.with { lab in
      var (disabled, first) = try await lab.makeKey(of: "a")
      let (deleted, second) = try await lab.makeKey(of: "b")
      let (_, third) = try await lab.makeKey(of: "c")
      let holders = [first, second, third].map { KeyHolder.stored(lab.peppers.digests(of: $0)) }
      let start = ContinuousClock.now
      for holder in holders { _ = try await lab.ring.standing(of: holder, isFresh: true, now: start) }
      disabled.isEnabled = false
      try await lab.update(disabled)
      try await lab.delete(deleted)
      try await lab.write(.tenant("c", .delete))
      for holder in holders {
        let standing = try await lab.ring.standing(of: holder, isFresh: true, now: start + .seconds(2))
        guard case .revoked = standing else {
          Issue.record("\(holder) reads on: \(standing)")
          continue
        }
      }
    }
  }

  @Test("a key that is enabled again is good at once")
  func enabledAgain() async throws {
    try await AccessLab.with { lab in
      var (key, material) = try await lab.makeKey { $0.isEnabled = false }
      let holder = KeyHolder.stored(lab.peppers.digests(of: material))
      let start = ContinuousClock.now
      let before = try await lab.ring.standing(of: holder, isFresh: true, now: start)
      #expect(policy(before) == nil)
      key.isEnabled = true
      try await lab.update(key)
      let after = try await lab.ring.standing(of: holder, isFresh: true, now: start)
      #expect(policy(after) != nil)
    }
  }

  @Test("an unknown key is looked for again after a second, and known from then on")
  func unknown() async throws {
    try await AccessLab.with { lab in
      let material = KeyMaterial()
      let holder = KeyHolder.stored(lab.peppers.digests(of: material))
      let start = ContinuousClock.now
      guard case .unknown = try await lab.ring.standing(of: holder, isFresh: false, now: start) else {
        Issue.record("nobody made it")
        return
      }
      _ = try await lab.makeKey { $0.digest = lab.peppers.digest(of: material) }
      guard case .unknown = try await lab.ring.standing(of: holder, isFresh: true, now: start) else {
        Issue.record("it was looked for at once")
        return
      }
      let later = try await lab.ring.standing(of: holder, isFresh: false, now: start + .seconds(2))
      #expect(policy(later) != nil)
    }
  }

  @Test("a key ends by the clock of Redis, without a change of its record")
  func expiry() async throws {
    try await AccessLab.with { lab in
      let end = Timestamp.now - 1000
      let (_, material) = try await lab.makeKey { $0.expiresAt = end }
      let holder = KeyHolder.stored(lab.peppers.digests(of: material))
      guard case .revoked = try await lab.ring.standing(of: holder, isFresh: false) else {
        Issue.record("it is over")
        return
      }
      // A clock that is set back brings back what ended by it alone.
      lab.ring.clock.heard(end - 1000)
      let again = try await lab.ring.standing(of: holder, isFresh: false)
      #expect(policy(again)?.version.goodUntil == end)
    }
  }

  @Test(
    "a key that is over and is given a later end, or none, is good at once",
    arguments: [3_600_000, nil] as [Int64?])
  func laterEnd(later: Int64?) async throws {
    try await AccessLab.with { lab in
      let end = Timestamp.now - 1000
      var (key, material) = try await lab.makeKey { $0.expiresAt = end }
      let holder = KeyHolder.stored(lab.peppers.digests(of: material))
      let start = ContinuousClock.now
      for isFresh in [false, true] {
        let over = try await lab.ring.standing(of: holder, isFresh: isFresh, now: start)
        #expect(policy(over) == nil)
      }
      key.expiresAt = later.map { end + $0 }
      try await lab.update(key)
      for isFresh in [false, true] {
        let standing = try await lab.ring.standing(of: holder, isFresh: isFresh, now: start)
        #expect(policy(standing)?.version.goodUntil == later.map { end + $0 })
      }
    }
  }

  @Test("the service's key is judged by the record of its tenant once somebody has made one")
  func service() async throws {
    try await AccessLab.with { lab in
      let start = ContinuousClock.now
      let first = policy(try await lab.ring.standing(of: .service, isFresh: true, now: start))
      #expect(first?.version == AccessVersion() && first?.scopes == Scope.usual)
      var tenant = Tenant(id: .default)
      tenant.isEnabled = false
      try await lab.write(.tenant("default", .update, json: tenant.json.serialized()))
      let later = start + .seconds(2)
      let second = policy(try await lab.ring.standing(of: .service, isFresh: true, now: later))
      #expect(second?.version.tenant ?? 0 > 0 && second?.tenant.isEnabled == false)
    }
  }

  @Test("no more keys are kept than there is room for, those used last among them")
  func bounded() {
    var cache = GenerationalCache<Int, Int>(capacity: 100)
    for number in 0..<10_000 {
      cache[number] = number
      #expect(cache[0] == 0, "it is used all the time")
      #expect(cache.count <= 100)
    }
    #expect(cache[9999] == 9999)
    #expect(cache[5000] == nil)
    cache[0] = nil
    #expect(cache[0] == nil)
  }
}
