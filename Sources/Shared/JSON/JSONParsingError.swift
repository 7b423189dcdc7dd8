/// Why bytes are not one acceptable JSON text. `offset` counts bytes from the start.
public enum JSONParsingError: Error, Sendable, Equatable {
  case empty
  case notUTF8(offset: Int)
  case byteOrderMark
  case unexpectedCharacter(offset: Int)
  case unexpectedEnd
  case nestedTooDeep(limit: Int, offset: Int)
  case duplicateKey(name: String, offset: Int)
  case numberOutOfRange(offset: Int)
  case invalidEscape(offset: Int)
  case trailingCharacters(offset: Int)
}

extension JSONParsingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "it is empty"
    case .notUTF8(let offset): "byte \(offset) is not UTF-8"
    case .byteOrderMark: "it starts with a byte order mark"
    case .unexpectedCharacter(let offset): "there is an unexpected character at byte \(offset)"
    case .unexpectedEnd: "it ends in the middle of a value"
    case .nestedTooDeep(let limit, let offset): "it is nested deeper than \(limit) levels at byte \(offset)"
    case .duplicateKey(let name, let offset):
      "the key \"\(name.prefix(64))\" appears twice in one object, at byte \(offset)"
    case .numberOutOfRange(let offset): "the number at byte \(offset) is out of range"
    case .invalidEscape(let offset): "there is an invalid escape in a string at byte \(offset)"
    case .trailingCharacters(let offset): "there is something after the value, at byte \(offset)"
    }
  }
}
