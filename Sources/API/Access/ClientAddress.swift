import HTTPTypes
import Shared

/// Finds out where a request comes from.
struct ClientAddress: Sendable {
  let trustedProxies: [IPNetwork]

  /// The rightmost address that no trusted proxy has: what stands further left, anyone may have written.
  func of(peer: String?, headers: HTTPFields) -> String {
    guard let peer else { return "unix" }
    guard isTrusted(peer), let forwarded = headers[.forwardedFor] else { return peer }
    var nearest = peer
    for entry in forwarded.split(separator: ",").reversed() {
      let address = Self.address(in: entry)
      guard IPNetwork(parsing: address) != nil, !address.contains("/") else { return nearest }
      nearest = address
      if !isTrusted(address) { return address }
    }
    return nearest
  }

  private func isTrusted(_ address: String) -> Bool {
    trustedProxies.contains { $0.contains(address) }
  }

  /// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711` and `2001:db8::1` without what is no address.
  private static func address(in entry: Substring) -> String {
    let trimmed = entry.filter { !$0.isWhitespace }
    if trimmed.hasPrefix("["), let end = trimmed.firstIndex(of: "]") {
      return String(trimmed[trimmed.index(after: trimmed.startIndex)..<end])
    }
    let colons = trimmed.count { $0 == ":" }
    return colons == 1 ? String(trimmed.prefix { $0 != ":" }) : trimmed
  }
}
