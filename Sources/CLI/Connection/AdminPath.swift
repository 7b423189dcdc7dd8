/// A path of the admin API with its query, each part written so that it means only itself.
struct AdminPath: Sendable, Hashable, CustomStringConvertible {
  private(set) var description: String
  private var hasQuery = false

  /// - Parameter parts: such as `admin`, `keys` and a key's id.
  init(_ parts: String...) { description = parts.map { "/" + Self.encoded($0) }.joined() }

  /// The same with one more parameter, where there is a value.
  func with(_ name: String, _ value: String?) -> AdminPath {
    guard let value else { return self }
    var path = self
    path.description += "\(hasQuery ? "&" : "?")\(Self.encoded(name))=\(Self.encoded(value))"
    path.hasQuery = true
    return path
  }

  /// RFC 3986: all but what is unreserved (section 2.3) is percent-encoded.
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
