import Shared

/// Answers that depend on nothing but the request, so that tests can tell whose answer they hold.
enum AnswerText {
  private static let words = [
    "water", "stone", "river", "gate", "lock", "level", "flow", "stream", "basin", "canal", "bridge", "mill",
    "wheel", "rain", "delta", "harbour", "tide", "current", "channel", "spring", "valley", "meadow", "bank",
    "reed", "heron", "barge", "rope", "anchor", "lantern", "morning", "evening", "weather",
  ]

  /// In the format that is asked for: what the tools said, else what the user said, and which images came.
  static func make(_ call: ChatCall, hash: UInt64) -> String {
    let results = call.conversation.toolResults
    let text = results.isEmpty ? reply(call, hash: hash) : report(results)
    switch call.format {
    case .text: return text
    case .json(nil): return JSONValue.object(["answer": .string(text)]).description
    case .json(let schema?): return SchemaExample.value(of: schema).description
    }
  }

  /// Some of the last message, then words that the hash picks.
  private static func reply(_ call: ChatCall, hash: UInt64) -> String {
    var bits = hash
    let count = 12 + Int(bits % 29)
    var text = sight(of: call.conversation.images)
    text += "You said \"\(call.conversation.lastMessage.prefix(64))\":"
    for _ in 0..<count {
      bits = bits &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
      text += " "
      text += words[Int(bits >> 59)]
    }
    return text + "."
  }

  private static func sight(of images: [SeenImage]) -> String {
    if images.isEmpty { return "" }
    let list = images.map(\.description).joined(separator: ", ")
    return "I see \(images.count) \(images.count == 1 ? "image" : "images"): \(list). "
  }

  private static func report(_ results: [ToolResult]) -> String {
    results.map { "\($0.name) says: \($0.text)" }.joined(separator: "\n")
  }

  /// Of a prompt: FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). Another seed picks other words.
  static func hash(_ text: String, seed: Int64? = nil) -> UInt64 {
    let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    guard let seed else { return hash }
    var mixed = SplitMix(seed: hash ^ UInt64(bitPattern: seed))
    return mixed.next()
  }

  /// Words that an answer might have held instead of one of its own.
  static func alternatives(to token: String, count: Int) -> [String] {
    let start = Int(hash(token) % UInt64(words.count))
    return (0..<count).map { " " + words[(start + $0) % words.count] }
  }
}
