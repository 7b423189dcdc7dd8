import Shared

/// Where a page of users goes on: a name may be anything, a cursor must not.
enum UserCursor {
  static func text(_ name: String) -> String {
    name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Nil for what is no cursor.
  static func name(in text: String) -> String? {
    let digits = text.utf8.compactMap {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 ? $0 - 48 : (97...102 ~= $0 ? $0 - 87 : nil)
    }
    guard !digits.isEmpty, digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    guard let name = String(validating: bytes, as: UTF8.self), UserName.isGood(name) else { return nil }
    return name
  }
}
