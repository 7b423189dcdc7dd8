import Crypto
import HTTPTypes
import Shared

/// Whom a key belongs to.
enum Principal: Sendable, Hashable {
  case tenant(String)
  /// The operator, who sees all tenants' dead letters and asks no questions.
  case admin
}

/// Tells who a key belongs to.
struct Authenticator: Sendable {
  /// Comparing digests takes the same time wherever two keys differ, and whatever their lengths.
  private let serviceDigest: SHA256.Digest
  private let adminDigest: SHA256.Digest?

  init(serviceKey: Secret, adminKey: Secret? = nil) {
    serviceDigest = Self.digest(of: serviceKey.reveal())
    adminDigest = adminKey.map { Self.digest(of: $0.reveal()) }
  }

  /// Whose the request's key is; nil for no key, a wrong one, or two that differ.
  func principal(of headers: HTTPFields) -> Principal? {
    let header = headers.value(of: .apiKey)
    let bearer = Self.bearerToken(headers.value(of: .authorization))
    if let header, let bearer, Self.digest(of: header) != Self.digest(of: bearer) { return nil }
    guard let digest = (header ?? bearer).map(Self.digest(of:)) else { return nil }
    if digest == serviceDigest { return .tenant("default") }
    if let adminDigest, digest == adminDigest { return .admin }
    return nil
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
