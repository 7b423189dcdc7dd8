/// Lists in header fields (RFC 9110, section 5.6.1).
enum HeaderText {
  /// The values of several fields of one name as one (RFC 9110, section 5.3).
  static func joined(_ values: [String]) -> String {
    values.count == 1 ? values[0] : values.filter { !$0.isEmpty }.joined(separator: ",")
  }

  /// Whether it holds visible ASCII, spaces and tabs only: then it has no line's end.
  static func isPrintable(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
  }

  /// A list as it is, or as many of its first members as have room, each whole.
  static func cut(_ list: String, to bytes: Int, members most: Int = .max) -> String {
    let count = list.utf8.count { $0 == UInt8(ascii: ",") } + 1
    if list.utf8.count <= bytes, count <= most { return list }
    var (kept, size) = ([Substring](), 0)
    for member in list.split(separator: ",").prefix(most) {
      size += member.utf8.count + 1
      guard size - 1 <= bytes else { break }
      kept.append(member)
    }
    return kept.joined(separator: ",")
  }
}
