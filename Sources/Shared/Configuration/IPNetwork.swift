import NIOCore

/// An IPv4 or IPv6 network in CIDR notation; a bare address is a network of one.
public struct IPNetwork: Sendable, Hashable {
  private let address: [UInt8]
  private let prefixLength: Int

  /// Nil when the text is not an address, or the prefix is longer than the address.
  public init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let address = Self.bytes(of: String(parts[0])) else { return nil }
    guard let prefixLength = parts.count == 2 ? Int(parts[1]) : address.count * 8,
      (0...address.count * 8).contains(prefixLength)
    else { return nil }
    self.address = address
    self.prefixLength = prefixLength
  }

  /// Whether the network holds an address; false for text that is no address.
  public func contains(_ text: String) -> Bool {
    guard let other = Self.bytes(of: text), other.count == address.count else { return false }
    let wholeBytes = prefixLength / 8
    guard other.prefix(wholeBytes) == address.prefix(wholeBytes) else { return false }
    let rest = prefixLength % 8
    guard rest > 0 else { return true }
    return (other[wholeBytes] ^ address[wholeBytes]) >> (8 - rest) == 0
  }

  /// The address in network order; an IPv4 address mapped into IPv6 counts as IPv4.
  private static func bytes(of text: String) -> [UInt8]? {
    guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    switch address {
    case .v4(let v4):
      return withUnsafeBytes(of: v4.address.sin_addr.s_addr) { Array($0) }
    case .v6(let v6):
      let bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
      let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
      return isMapped ? Array(bytes.suffix(4)) : bytes
    case .unixDomainSocket:
      return nil
    }
  }
}
