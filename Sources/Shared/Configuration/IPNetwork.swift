/// An IPv4 or IPv6 network in CIDR notation; a bare address is a network of one.
public struct IPNetwork: Sendable, Hashable {
  private let address: [UInt8]
  private let prefixLength: Int

  /// Nil when the text is not an address, or the prefix is longer than the address.
  public init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let bytes = IPAddress(parsing: String(parts[0]))?.unmapped.bytes
    else { return nil }
    guard let prefixLength = parts.count == 2 ? Int(parts[1]) : bytes.count * 8,
      (0...bytes.count * 8).contains(prefixLength)
    else { return nil }
    self.address = bytes
    self.prefixLength = prefixLength
  }

  /// Whether the network holds an address; false for text that is no address.
  public func contains(_ text: String) -> Bool {
    IPAddress(parsing: text).map(contains) ?? false
  }

  /// Whether the network holds an address; an IPv4 address mapped into IPv6 counts as IPv4.
  public func contains(_ other: IPAddress) -> Bool {
    contains(bytes: other.unmapped.bytes)
  }

  private func contains(bytes other: [UInt8]) -> Bool {
    guard other.count == address.count else { return false }
    let wholeBytes = prefixLength / 8
    guard other.prefix(wholeBytes) == address.prefix(wholeBytes) else { return false }
    let rest = prefixLength % 8
    guard rest > 0 else { return true }
    return (other[wholeBytes] ^ address[wholeBytes]) >> (8 - rest) == 0
  }

  /// Whether each address of another network is one of this, too.
  public func contains(_ other: IPNetwork) -> Bool {
    other.prefixLength >= prefixLength && contains(bytes: other.address)
  }
}
