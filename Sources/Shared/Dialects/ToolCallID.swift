/// Ids for calls that come without one: a client needs one to say which call it answers.
enum ToolCallID {
  private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  static func new() -> String {
    var generator = SystemRandomNumberGenerator()
    var bits = generator.next()
    var more = generator.next()
    return "call_"
      + String(
        decoding: (0..<24).map { index -> UInt8 in
          if index == 12 { swap(&bits, &more) }
          defer { bits >>= 5 }
          return digits[Int(bits & 31)]
        }, as: UTF8.self)
  }
}
