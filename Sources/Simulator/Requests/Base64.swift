import FoundationEssentials

/// Base64 (RFC 4648) as providers take it: with padding, and Google also in the alphabet for URLs.
enum Base64 {
  /// How many bytes a text stands for; nil for no Base64.
  static func byteCount(_ text: String) -> Int? { Data(base64Encoded: text)?.count }

  /// The bytes behind a text in either alphabet, whose padding may lack (ProtoJSON's `bytes`).
  static func decodeEither(_ text: String) -> Data? {
    var text = text
    if text.utf8.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) {
      text = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    }
    let excess = text.utf8.count % 4
    if excess > 0, text.utf8.last != UInt8(ascii: "=") { text += String(repeating: "=", count: 4 - excess) }
    return Data(base64Encoded: text)
  }

  static func encode(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }
}
