import Crypto
import HTTPTypes
import Shared

/// Tells who a key belongs to.
struct Authenticator: Sendable {
  /// Comparing digests takes the same time wherever two keys differ, and whatever their lengths.
  private let digest: SHA256.Digest

  init(serviceKey: Secret) {
    digest = Self.digest(of: serviceKey.reveal())
  }

  /// The tenant of the request's key; nil for no key, a wrong one, or two that differ.
  func tenant(of headers: HTTPFields) -> String? {
    let header = headers[.apiKey]
    let bearer = Self.bearerToken(headers[.authorization])
    if let header, let bearer, Self.digest(of: header) != Self.digest(of: bearer) { return nil }
    guard let key = header ?? bearer, Self.digest(of: key) == digest else { return nil }
    return "default"
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
