/// What one field of the hash `held` counts of an owner (owners.lua), read and written here and not by what is under test.
public struct OwnerCounts: Sendable, Equatable {
  /// By names such as `n:t:search:n` and `l:k:key_1:rm@gpt`: a kind and a subject. What is 0 is not there.
  public private(set) var values: [String: Int64] = [:]

  public static func isOwner(_ field: String) -> Bool { field.hasPrefix("o:") }

  /// What is stored; nothing of what is damaged.
  public init(field: String, stored: [UInt8]) {
    guard Self.isOwner(field), let end = stored.firstIndex(of: 0) else { return }
    let names = String(decoding: stored[..<end], as: UTF8.self).split(separator: " ")
    guard stored.count == end + 1 + 8 * names.count else { return }
    let owner = field.dropFirst(2).prefix { $0 != "@" }
    let model = field.dropFirst(2 + owner.count)
    for (place, name) in names.enumerated() {
      let bytes = stored[(end + 1 + 8 * place)..<(end + 9 + 8 * place)]
      let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let value = Int64(exactly: Double(bitPattern: bits)), value != 0 else { continue }
      values["\(name.prefix(1)):\(owner):\(name.dropFirst())\(model)"] = value
    }
  }

  /// A field and what it holds, of counts of one owner, and of one model or none.
  public static func stored(_ values: [(name: String, value: Int64)]) -> (field: String, bytes: [UInt8]) {
    var (field, names, bytes) = ("", [String](), [UInt8]())
    for (name, value) in values {
      let subject = name.dropFirst(2)
      let model = subject.drop { $0 != "@" }
      let counted = subject.dropLast(model.count)
      let code = counted.split(separator: ":").last ?? ""
      field = "o:\(counted.dropLast(code.count + 1))\(model)"
      names.append("\(name.prefix(1))\(code)")
      let bits = Double(value).bitPattern
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) }
    }
    return (field, Array(names.joined(separator: " ").utf8) + [0] + bytes)
  }
}
