import NIOCore

/// How much a provider has said in a body of JSON that did not come to its end, which no reader of a dialect takes. No I/O.
///
/// What counts is what stands as text under the names by which dialects have their words, thoughts and calls' arguments: the
/// rest of the body is around it, and nobody pays for it.
struct BrokenBody {
  /// As OpenAI, Anthropic, Google and those who follow them write what models say.
  private static let names: Set<String> = [
    "content", "text", "refusal", "reasoning", "reasoning_content", "thinking", "arguments", "partial_json",
  ]

  private let bytes: [UInt8]
  private var index = 0
  /// The last byte outside of texts that is no blank.
  private var structure: UInt8 = 0
  /// The name before the value that comes.
  private var name = ""
  private var said = 0

  /// The bytes of all that was said, about.
  static func said(in body: ByteBuffer) -> Int {
    var scan = BrokenBody(bytes: Array(body.readableBytesView))
    scan.run()
    return scan.said
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() {
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): readText()
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
      default: structure = byte
      }
    }
  }

  /// Reads a text to its end, or to that of the body: a name, or a value where a colon stands before it.
  private mutating func readText() {
    let (start, isValue) = (index, structure == UInt8(ascii: ":"))
    var length = 0
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      let step = bytes[index] == UInt8(ascii: "\\") ? escapeLength : 1
      index += step
      // A character that is written by its number has two bytes or three elsewhere.
      length += step == 6 ? 2 : 1
    }
    let end = min(index, bytes.count)
    index = end + 1
    structure = 0
    if isValue {
      if Self.names.contains(name) { said += length }
    } else {
      name = String(decoding: bytes[start..<end].prefix(64), as: UTF8.self)
    }
  }

  /// Of `\n` or `\u00e9`, which begins here.
  private var escapeLength: Int {
    index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "u") ? 6 : 2
  }
}
