/// Blots out what may be a key in a message that repeats what was typed.
enum KeyBlots {
  private static let prefixes = ["sk-"]

  static func blotted(_ message: String) -> String {
    var (result, rest) = ("", message[...])
    while let start = prefixes.compactMap({ rest.firstRange(of: $0) }).min(by: {
      $0.lowerBound < $1.lowerBound
    }) {
      let end = rest[start.upperBound...].firstIndex { !isOfKey($0) } ?? rest.endIndex
      result += rest[..<start.upperBound] + "***"
      rest = rest[end...]
    }
    return result + rest
  }

  private static func isOfKey(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
  }
}
