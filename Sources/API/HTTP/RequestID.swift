/// The id that a response carries: the client's own when it sent a usable one, else a new one.
struct RequestID: Sendable, CustomStringConvertible {
  let description: String

  /// Takes 1 to 128 visible ASCII characters; anything else is replaced, so that nothing can be injected.
  init(_ header: String?) {
    if let header, (1...128).contains(header.utf8.count),
      header.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      description = header
    } else {
      // The highest bit is always set, so that there are always sixteen digits.
      description = "req_" + String(UInt64.random(in: 1 << 63 ... .max), radix: 16)
    }
  }
}
