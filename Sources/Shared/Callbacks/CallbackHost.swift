/// What a callback URL's host may be.
enum CallbackHost {
  /// Names that lead to this machine or its own network: RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`.
  private static let localSuffixes = ["local", "internal", "localdomain", "home.arpa"]

  /// The host as it is connected to, and its address when it is one. `host` is in lower case, IPv6 in brackets.
  static func check(
    _ host: String, _ addresses: AddressGuard
  ) throws(CallbackURLError) -> (host: String, address: IPAddress?) {
    if host.hasPrefix("[") { return try checkV6(host, addresses) }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    if let last = labels.last(where: { !$0.isEmpty }), isNumber(last) {
      return try checkV4(host, addresses)
    }
    guard host.utf8.count <= 253, labels.allSatisfy(isLabel) else { throw .hasBadHost }
    try checkName(host, isSingleLabel: labels.count == 1, addresses)
    return (host, nil)
  }

  private static func checkV6(
    _ host: String, _ addresses: AddressGuard
  ) throws(CallbackURLError) -> (String, IPAddress?) {
    guard host.hasSuffix("]"), let address = IPAddress(parsing: String(host.dropFirst().dropLast())),
      !address.isV4
    else { throw .hasOddAddress }
    guard addresses.allows(address) else { throw .isNotPublic }
    return (address.description, address)
  }

  /// A host whose last label is a number is an address or nothing, as in the URL Standard of WHATWG
  /// (https://url.spec.whatwg.org/#ends-in-a-number-checker). Of all its notations one is taken.
  private static func checkV4(
    _ host: String, _ addresses: AddressGuard
  ) throws(CallbackURLError) -> (String, IPAddress?) {
    guard let address = IPAddress(parsing: host), address.description == host else { throw .hasOddAddress }
    guard addresses.allows(address) else { throw .isNotPublic }
    return (host, address)
  }

  /// Names of the operator's own network are taken only when the operator has opened a part of it. What such
  /// a name leads to is checked when it is called.
  private static func checkName(
    _ name: String, isSingleLabel: Bool, _ addresses: AddressGuard
  ) throws(CallbackURLError) {
    if isWithin(name, "localhost") {
      let loopback = [IPAddress(parsing: "127.0.0.1"), IPAddress(parsing: "::1")].compactMap { $0 }
      guard loopback.contains(where: addresses.allows) else { throw .isLocalName }
    } else if isSingleLabel || localSuffixes.contains(where: { isWithin(name, $0) }) {
      guard !addresses.allowedNetworks.isEmpty else { throw .isLocalName }
    }
  }

  private static func isWithin(_ name: String, _ domain: String) -> Bool {
    name == domain || name.hasSuffix("." + domain)
  }

  private static func isNumber(_ label: Substring) -> Bool {
    if label.hasPrefix("0x") { return label.dropFirst(2).allSatisfy(\.isHexDigit) }
    return label.allSatisfy { ("0"..."9").contains($0) }
  }

  /// Letters, digits and hyphens, no hyphen at an end (RFC 1123, section 2.1).
  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.allSatisfy { $0 == "-" || ("a"..."z").contains($0) || ("0"..."9").contains($0) }
  }
}
