/// Says which addresses a webhook may connect to: public ones, and those of networks that the operator names.
///
/// The refused networks are those of IANA's special-purpose registries
/// (https://www.iana.org/assignments/iana-ipv4-special-registry, …-ipv6-special-registry), multicast and what
/// embeds an IPv4 address.
public struct AddressGuard: Sendable {
  private let exceptions: [IPNetwork]

  /// Whether only public addresses are let through.
  public var hasExceptions: Bool { !exceptions.isEmpty }

  public init(exceptions: [IPNetwork] = []) { self.exceptions = exceptions }

  /// Whether the address may be connected to; false for text that is no address.
  public func permits(_ address: String) -> Bool {
    if exceptions.contains(where: { $0.contains(address) }) { return true }
    if Self.refused.contains(where: { $0.contains(address) }) { return false }
    return Self.global.contains { $0.contains(address) }
  }

  /// All of IPv4, and the one part of IPv6 that is assigned for global unicast.
  private static let global = ["0.0.0.0/0", "2000::/3"].compactMap(IPNetwork.init(parsing:))

  /// An IPv4 address mapped into IPv6 counts as the IPv4 address that it is.
  private static let refused = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
  ].compactMap(IPNetwork.init(parsing:))
}
