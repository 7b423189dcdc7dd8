/// A `data:` URL (RFC 2397) whose content is in Base64.
public struct DataURL: Sendable, Hashable {
  /// In lower case, without parameters. Of an image whose kind its content tells it is that: clients mix them up, OpenAI looks at
  /// the content alone, and others refuse what is not as it is called.
  public let mediaType: String
  public let base64: String

  public static func isOne(_ url: String) -> Bool { url.prefix(5).lowercased() == "data:" }

  /// Throws what is wrong with it.
  public init(_ url: String) throws(Untranslatable) {
    let bytes = url.utf8
    guard Self.isOne(url), let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else { throw Self.malformed }
    let fields = url[bytes.index(bytes.startIndex, offsetBy: 5)..<comma]
      .split(separator: ";", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard fields.count > 1, fields.last == "base64", Self.isMediaType(fields[0]) else {
      throw Self.malformed
    }
    base64 = String(url[bytes.index(after: comma)...])
    let actual = fields[0].hasPrefix("image/") ? ImageKind(base64: base64) : nil
    mediaType = actual?.rawValue ?? Self.registeredType(fields[0])
    guard Self.isBase64(base64) else {
      throw Untranslatable("what follows the comma of a data: URL should be Base64.")
    }
  }

  /// Types that clients make up, and what they mean (https://www.iana.org/assignments/media-types).
  private static let registered = ["image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"]

  /// A media type, or what is meant by it.
  static func registeredType(_ type: String) -> String { registered[type.lowercased()] ?? type }

  /// A URL as it is, but a `data:` URL of a type that clients make up has the one that they mean.
  static func withRegisteredType(_ url: String) -> String {
    guard isOne(url) else { return url }
    let type = url.dropFirst(5).prefix { $0 != ";" && $0 != "," }
    guard let meant = registered[type.lowercased()] else { return url }
    return "data:" + meant + url[type.endIndex...]
  }

  private static let malformed = Untranslatable("a data: URL should start as in data:image/png;base64,")

  /// Such as `image/svg+xml` (RFC 6838, section 4.2).
  private static func isMediaType(_ text: String) -> Bool {
    let names = text.split(separator: "/", omittingEmptySubsequences: false)
    return names.count == 2
      && names.allSatisfy { name in
        (1...127).contains(name.utf8.count) && name.utf8.allSatisfy(isNameByte)
      }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$&-^_.+".utf8.contains(byte)
  }

  /// Whether the text is Base64 with its padding (RFC 4648, section 4) and not empty.
  public static func isBase64(_ text: String) -> Bool {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.count % 4 == 0 else { return false }
    let padding = bytes.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    return bytes.dropLast(padding).allSatisfy {
      isLetterOrDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
