/// Says which IP addresses a callback may connect to, so that no client can reach what only Sluice's own
/// network should reach (server-side request forgery).
///
/// The special-purpose registries of IANA are what it follows
/// (https://www.iana.org/assignments/iana-ipv4-special-registry and …-ipv6-special-registry).
public struct AddressGuard: Sendable, Hashable {
  /// Networks that may be called whatever else holds: the operator's own.
  public let allowedNetworks: [IPNetwork]

  public init(allowing allowedNetworks: [IPNetwork] = []) { self.allowedNetworks = allowedNetworks }

  /// Whether the address is a public one, or in one of the allowed networks.
  ///
  /// An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is no public one:
  /// where it leads is up to the network between.
  public func allows(_ address: IPAddress) -> Bool {
    if allowedNetworks.contains(where: { $0.contains(address) }) { return true }
    if address.isV4 { return !Self.specialV4.contains { $0.contains(address) } }
    let isGlobalUnicast = address.bytes[0] >> 5 == 0b001
    return isGlobalUnicast && !Self.specialV6.contains { $0.contains(address) }
  }

  private static let specialV4 = networks(
    "0.0.0.0/8",  // this network, and unspecified
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private
    "100.64.0.0/10",  // carrier-grade NAT
    "127.0.0.0/8",  // loopback
    "169.254.0.0/16",  // link-local, with the metadata services of clouds
    "168.63.129.16/32",  // Azure's platform services, inside a public block
    "192.0.0.0/24",  // protocol assignments
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
    "192.88.99.0/24",  // 6to4 relays
    "198.18.0.0/15",  // benchmarks
    "224.0.0.0/4",  // multicast
    "240.0.0.0/4"  // reserved, and broadcast
  )

  /// What is special within `2000::/3`; all else outside of it is refused anyway: unspecified, loopback,
  /// mapped, compatible, NAT64, discard-only, unique local, link-local, site-local, multicast.
  private static let specialV6 = networks(
    "2001::/23",  // protocol assignments, with Teredo, benchmarks and ORCHID
    "2001:db8::/32", "3fff::/20",  // documentation
    "2002::/16",  // 6to4
    "3ffe::/16"  // the former 6bone
  )

  private static func networks(_ texts: String...) -> [IPNetwork] {
    texts.compactMap(IPNetwork.init(parsing:))
  }
}
