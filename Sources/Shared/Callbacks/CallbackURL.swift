/// A URL that may be called when a job has ended: what a client registered, checked and in one canonical form.
///
/// Only the forms that every URL parser reads alike are taken, so that what is checked is what is called.
/// A name may still lead to a private address: whoever connects asks ``AddressGuard`` about that address.
public struct CallbackURL: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The longest URL, in characters.
  public static let longest = 2048

  public let isSecure: Bool
  /// A name in lower case, or an address; IPv6 without brackets.
  public let host: String
  /// The address, when the host is one.
  public let address: IPAddress?
  /// 1 to 65535; 443 or 80 when the URL says none.
  public let port: Int
  /// Path and query; begins with a slash.
  private let target: String

  /// Reads and checks what a client sent, or what was stored of it, under the policy of now.
  public init(_ text: String, under policy: CallbackPolicy) throws(CallbackURLError) {
    guard policy.secret != nil else { throw .callbacksAreOff }
    guard text.utf8.count <= Self.longest else { throw .tooLong }
    try Self.checkCharacters(text)
    let (isSecure, rest) = try Self.scheme(of: text, policy)
    let end = rest.firstIndex { "/?".contains($0) } ?? rest.endIndex
    let (host, port) = try Self.hostAndPort(in: rest[..<end])
    self.isSecure = isSecure
    self.port = port ?? (isSecure ? 443 : 80)
    (self.host, address) = try CallbackHost.check(host, policy.addresses)
    // Brackets belong around an IPv6 address alone; elsewhere some parsers escape them.
    guard !rest[end...].contains(where: { "[]".contains($0) }) else { throw .hasIllegalCharacter }
    target = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
  }

  /// All of it, as it is called and stored. Path and query often hold secrets: this is not for logs.
  public var text: String { origin + target }

  /// Scheme, host and port: all of the URL that may be shown.
  public var origin: String {
    let isDefaultPort = port == (isSecure ? 443 : 80)
    let shownHost = host.contains(":") ? "[\(host)]" : host
    return "\(isSecure ? "https" : "http")://\(shownHost)\(isDefaultPort ? "" : ":\(port)")"
  }

  public var description: String { origin }
  public var debugDescription: String { origin }
}

// MARK: - Parsing

extension CallbackURL {
  /// The characters of RFC 3986, section 2. What else parsers let through, they repair in different ways.
  private static let allowed = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%".utf8)

  private static func checkCharacters(_ text: String) throws(CallbackURLError) {
    guard text.utf8.allSatisfy(allowed.contains) else { throw .hasIllegalCharacter }
    guard !text.contains("#") else { throw .hasFragment }
    for part in text.split(separator: "%", omittingEmptySubsequences: false).dropFirst() {
      guard part.prefix(2).count == 2, part.prefix(2).allSatisfy(\.isHexDigit) else {
        throw .hasIllegalCharacter
      }
    }
  }

  private static func scheme(
    of text: String, _ policy: CallbackPolicy
  ) throws(CallbackURLError) -> (isSecure: Bool, rest: Substring) {
    let lowered = text.prefix(8).lowercased()
    if lowered == "https://" { return (true, text.dropFirst(8)) }
    if policy.allowsHTTP, lowered.hasPrefix("http://") { return (false, text.dropFirst(7)) }
    throw policy.allowsHTTP ? .notHTTP : .notHTTPS
  }

  /// The host is in lower case, IPv6 still in brackets.
  private static func hostAndPort(
    in authority: Substring
  ) throws(CallbackURLError) -> (host: String, port: Int?) {
    guard !authority.contains("@") else { throw .hasUserInfo }
    let hostEnd: Substring.Index
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else { throw .hasBadHost }
      hostEnd = authority.index(after: bracket)
    } else {
      hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
    }
    let host = authority[..<hostEnd].lowercased()
    guard !host.isEmpty else { throw .hasNoHost }
    let rest = authority[hostEnd...]
    if rest.isEmpty { return (host, nil) }
    // A leading zero or plus sign is read as something else elsewhere.
    guard rest.hasPrefix(":"), let port = Int(rest.dropFirst()), (1...65_535).contains(port),
      String(port) == rest.dropFirst()
    else { throw rest.hasPrefix(":") ? .hasBadPort : .hasBadHost }
    return (host, port)
  }
}
