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
      description = "req_" + Self.random()
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    let words = (generator.next(), generator.next())
    return String(unsafeUninitializedCapacity: 32) { buffer in
      for index in 0..<16 {
        buffer[index] = digits[Int(truncatingIfNeeded: words.0 >> UInt64(4 * index)) & 15]
        buffer[16 + index] = digits[Int(truncatingIfNeeded: words.1 >> UInt64(4 * index)) & 15]
      }
      return 32
    }
  }
}
