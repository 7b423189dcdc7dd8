/// Answers that depend on nothing but the prompt, so that tests can tell whose answer they hold.
enum AnswerText {
  private static let words = [
    "water", "stone", "river", "gate", "lock", "level", "flow", "stream", "basin", "canal", "bridge", "mill",
    "wheel", "rain", "delta", "harbour", "tide", "current", "channel", "spring", "valley", "meadow", "bank",
    "reed", "heron", "barge", "rope", "anchor", "lantern", "morning", "evening", "weather",
  ]

  /// Some of the last message, then words that its prompt's hash picks.
  static func make(_ call: ChatCall, hash: UInt64) -> String {
    var bits = hash
    let count = 12 + Int(bits % 29)
    var text = "You said \"\(call.lastMessage.prefix(64))\":"
    for _ in 0..<count {
      bits = bits &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
      text += " "
      text += words[Int(bits >> 59)]
    }
    return text + "."
  }

  /// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
