/// Ids of answers: unlike that of any other request to this process.
enum AnswerID {
  static func make(hash: UInt64, number: Int) -> String {
    String(hash ^ (UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15), radix: 36)
  }
}
