import HTTPTypes
import Shared
import Testing

@testable import API

@Suite("Whose a key is")
struct AuthenticatorTests {
  private func problem(_ lab: AccessLab, _ headers: HTTPFields) async throws -> Problem? {
    do {
      _ = try await lab.principal(headers)
      return nil
    } catch let problem as Problem { return problem }
  }

  private func tenant(_ principal: Principal) -> String? {
    if case .key(let policy, _) = principal { policy.tenant.id.rawValue } else { nil }
  }

  @Test("the keys of the environment are taken from either header, and from both when they agree")
  func ownKeys() async throws {
    try await AccessLab.with { lab in
      let (service, admin) = (AccessLab.serviceKey, AccessLab.adminKey)
      for headers: HTTPFields in [
        [.apiKey: service], [.authorization: "Bearer \(service)"], [.authorization: "bearer   \(service)"],
        [.apiKey: service, .authorization: "Bearer \(service)"],
      ] {
        let principal = try await lab.principal(headers)
        #expect(tenant(principal) == "default")
      }
      guard case .operator = try await lab.principal([.apiKey: admin]) else {
        Issue.record("the operator is not known")
        return
      }
    }
  }

  @Test("keys of Google's places are as good as others, and must agree with them")
  func googleKeys() async throws {
    try await AccessLab.with { lab in
      let service = AccessLab.serviceKey
      func problem(_ headers: HTTPFields, _ others: [String]) async -> Problem? {
        do throws(Problem) {
          _ = try await lab.authenticator.principal(
            of: headers, and: others, from: lab.origin(headers), isFresh: false)
          return nil
        } catch { return error }
      }
      for (headers, others) in [
        ([:], [service]), ([:], [service, service]), ([.apiKey: service], [service]),
      ] as [(HTTPFields, [String])] {
        #expect(await problem(headers, others) == nil)
      }
      for (headers, others) in [
        ([:], []), ([:], ["wrong"]), ([:], [service, "other"]), ([.apiKey: service], ["other"]),
        ([.authorization: "Bearer other"], [service]),
      ] as [(HTTPFields, [String])] {
        #expect(await problem(headers, others) == .unauthorized)
      }
    }
  }

  @Test("anything else is refused by the same words")
  func wrongKeys() async throws {
    try await AccessLab.with { lab in
      let (gone, material) = try await lab.makeKey()
      try await lab.delete(gone)
      let (_, disabled) = try await lab.makeKey { $0.isEnabled = false }
      let (_, expired) = try await lab.makeKey { $0.expiresAt = 1 }
      let service = AccessLab.serviceKey
      for headers: HTTPFields in [
        [:], [.apiKey: ""], [.apiKey: "wrong"], [.apiKey: "service-ke"], [.apiKey: "Service-key"],
        [.authorization: "Basic \(service)"], [.authorization: service], [.authorization: "Bearer"],
        [.apiKey: service, .authorization: "Bearer other"], [.apiKey: KeyMaterial().secret.reveal()],
        [.apiKey: material.secret.reveal()], [.apiKey: disabled.secret.reveal()],
        [.apiKey: expired.secret.reveal()],
      ] {
        let problem = try await problem(lab, headers)
        #expect(problem == .unauthorized, "\(headers)")
      }
    }
  }

  @Test("a stored key is its tenant's, under the newest pepper and the one before")
  func storedKeys() async throws {
    try await AccessLab.with { lab in
      let (_, new) = try await lab.makeKey(of: "search")
      let other = try #require(KeyPeppers(parsing: "an-old-pepper-of-a-test"))
      let old = KeyMaterial()
      let (key, _) = try await lab.makeKey(of: "ads") { $0.digest = other.digest(of: old) }
      for (material, name) in [(new, "search"), (old, "ads")] {
        let principal = try await lab.principal([.apiKey: material.secret.reveal()])
        #expect(tenant(principal) == name)
      }
      #expect(key.digest == other.digest(of: old))
    }
  }

  @Test("after a hundred unknown keys in a minute the next are told to wait; known and revoked ones never")
  func guesses() async throws {
    try await AccessLab.with { lab in
      let (key, good) = try await lab.makeKey()
      let (_, revoked) = try await lab.makeKey(of: "ads") { $0.isEnabled = false }
      for _ in 0..<GuessGuard.most {
        let problem = try await problem(lab, [.apiKey: "guess"])
        #expect(problem == .unauthorized)
      }
      guard case .tooManyUnknownKeys(let wait) = try await problem(lab, [.apiKey: "guess"]) else {
        Issue.record("guessing goes on")
        return
      }
      #expect(wait > .zero && wait <= GuessGuard.window)
      let mistyped = String(good.secret.reveal().dropLast()) + "?"
      guard case .tooManyUnknownKeys = try await problem(lab, [.apiKey: mistyped]) else {
        Issue.record("a mistyped key is a guess")
        return
      }
      let ofRevoked = try await problem(lab, [.apiKey: revoked.secret.reveal()])
      #expect(ofRevoked == .unauthorized)
      let ofGood = try await problem(lab, [.apiKey: good.secret.reveal()])
      #expect(ofGood == nil)
      try await lab.delete(key)
      _ = try await lab.ring.renew(.stored(lab.peppers.digests(of: good)))
      let ofDeleted = try await problem(lab, [.apiKey: good.secret.reveal()])
      #expect(ofDeleted == .unauthorized)
    }
  }

  @Test("an address may guess again when its minute is over")
  func nextMinute() {
    let guesses = GuessGuard()
    let start = ContinuousClock.now
    for _ in 0..<GuessGuard.most { #expect(guesses.noteUnknown(from: "a", now: start) == nil) }
    #expect(guesses.noteUnknown(from: "a", now: start + .seconds(20)) == .seconds(40))
    #expect(guesses.noteUnknown(from: "b", now: start + .seconds(20)) == nil)
    #expect(guesses.noteUnknown(from: "a", now: start + .seconds(60)) == nil)
  }
}
