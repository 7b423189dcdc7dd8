import NIOCore

/// An IPv4 or IPv6 address without a zone.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// In network order: 4 bytes for IPv4, 16 for IPv6.
  public let bytes: [UInt8]

  /// Reads what `inet_pton` reads: four decimal numbers, or IPv6 without brackets. Nil for anything else,
  /// such as names, other notations of IPv4, and addresses with a zone.
  public init?(parsing text: String) {
    guard !text.contains("%"), let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
    self.init(address)
  }

  /// Nil when there are not 4 or 16 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  private init?(_ address: SocketAddress) {
    switch address {
    case .v4(let v4): bytes = withUnsafeBytes(of: v4.address.sin_addr.s_addr) { Array($0) }
    case .v6(let v6): bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
    case .unixDomainSocket: return nil
    }
  }

  public var isV4: Bool { bytes.count == 4 }

  /// The IPv4 address that an address of `::ffff:0:0/96` stands for; every other address itself.
  public var unmapped: IPAddress {
    let isMapped =
      !isV4 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? IPAddress(bytes: Array(bytes.suffix(4))) ?? self : self
  }

  /// In the usual notation, IPv6 without brackets.
  public var description: String {
    let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0)
    return address?.ipAddress ?? ""
  }
}
