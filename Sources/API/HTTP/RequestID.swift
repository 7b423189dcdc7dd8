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

  private static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return [generator.next(), generator.next()].map { (word: UInt64) in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }
}
