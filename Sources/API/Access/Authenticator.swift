import Crypto
import HTTPTypes
import Shared

/// Tells whose a request's key is.
struct Authenticator: Sendable {
  /// Comparing digests takes the same time wherever two keys differ, and whatever their lengths.
  private let serviceDigest: SHA256.Digest?
  private let adminDigest: SHA256.Digest?
  /// Nil where no keys can be stored.
  private let peppers: KeyPeppers?
  private let ring: KeyRing
  private let uses: KeyUseLog?
  private let guesses = GuessGuard()

  /// - Parameter uses: where the use of stored keys is noted.
  init(
    serviceKey: Secret?, adminKey: Secret?, peppers: KeyPeppers?, ring: KeyRing, uses: KeyUseLog? = nil
  ) {
    serviceDigest = serviceKey.map { Self.digest(of: $0.reveal()) }
    adminDigest = adminKey.map { Self.digest(of: $0.reveal()) }
    self.peppers = peppers
    self.ring = ring
    self.uses = uses
  }

  /// Whose the request's key is. Throws ``Problem/unauthorized`` for no key, two that differ, and one that is not good,
  /// whatever the reason; and ``Problem/tooManyUnknownKeys(retryAfter:)`` for an unknown one of too many.
  ///
  /// - Parameters:
  ///   - others: keys that came in other places than the usual headers.
  ///   - isFresh: whether what is known of it must not be older than a second.
  func principal(
    of headers: HTTPFields, and others: [String] = [], from origin: RequestOrigin, isFresh: Bool
  ) async throws(Problem) -> Principal {
    switch try holder(in: headers, and: others, from: origin) {
    case .operator: return .operator
    case .tenant(let holder):
      if let standing = ring.knownStanding(of: holder, isFresh: isFresh) {
        return try principal(holder, standing, origin)
      }
      let standing: KeyStanding
      do { standing = try await ring.standing(of: holder, isFresh: isFresh) } catch {
        // `SERVICE_API_KEY` needs no store; whatever does says so itself.
        guard holder == .service else { throw Problem(error) }
        standing = .good(ring.unchangedService)
      }
      return try principal(holder, standing, origin)
    }
  }

  private enum Holder {
    case `operator`
    case tenant(KeyHolder)
  }

  private func holder(
    in headers: HTTPFields, and others: [String], from origin: RequestOrigin
  ) throws(Problem) -> Holder {
    guard let key = try Self.key(in: headers, and: others) else { throw .unauthorized }
    let digest = Self.digest(of: key)
    if let adminDigest, digest == adminDigest { return .operator }
    if let serviceDigest, digest == serviceDigest { return .tenant(.service) }
    // A mistyped key is refused without a look-up.
    guard let peppers, let material = KeyMaterial(parsing: key) else { throw unknown(from: origin) }
    return .tenant(.stored(peppers.digests(of: material)))
  }

  private func principal(
    _ holder: KeyHolder, _ standing: KeyStanding, _ origin: RequestOrigin
  ) throws(Problem) -> Principal {
    switch standing {
    case .good(let policy):
      if let id = policy.key?.id { uses?.note(id) }
      return .key(policy, holder)
    case .revoked: throw .unauthorized
    case .unknown: throw unknown(from: origin)
    }
  }

  /// The same key, with what it may do now. Throws ``Problem/unauthorized`` when it is not good any more.
  func current(_ principal: Principal) async throws(Problem) -> Principal {
    guard case .key(_, let holder) = principal else { return principal }
    do {
      if case .good(let policy) = try await ring.current(holder) { return .key(policy, holder) }
    } catch { throw Problem(error) }
    throw .unauthorized
  }

  /// Whether a request brings a key at all.
  func hasKey(_ headers: HTTPFields) -> Bool {
    headers.value(of: .apiKey) != nil || headers.value(of: .authorization) != nil
  }

  private func unknown(from origin: RequestOrigin) -> Problem {
    guesses.noteUnknown(from: origin.address).map { .tooManyUnknownKeys(retryAfter: $0) } ?? .unauthorized
  }

  // MARK: - What was sent

  /// Nil without a key. Throws ``Problem/unauthorized`` for two that differ.
  private static func key(in headers: HTTPFields, and others: [String]) throws(Problem) -> String? {
    let header = headers.value(of: .apiKey)
    let bearer = bearerToken(headers.value(of: .authorization))
    if let header, let bearer, digest(of: header) != digest(of: bearer) { throw .unauthorized }
    guard let key = header ?? bearer ?? others.first else { return nil }
    for other in others where digest(of: other) != digest(of: key) { throw .unauthorized }
    return key
  }

  /// RFC 6750 section 2.1; the scheme's case does not matter.
  private static func bearerToken(_ header: String?) -> String? {
    guard let header, let space = header.firstIndex(of: " "), header[..<space].lowercased() == "bearer"
    else { return nil }
    return String(header[header.index(after: space)...].drop { $0 == " " })
  }

  private static func digest(of key: String) -> SHA256.Digest {
    var key = key
    return key.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
  }
}
