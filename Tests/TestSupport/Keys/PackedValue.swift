/// What MessagePack says, of the kinds that jobs keep of their demands: whole numbers, texts, arrays.
enum PackedValue: Equatable {
  case number(Int64)
  case text(String)
  case array([PackedValue])

  /// Nil for anything else.
  init?(_ bytes: [UInt8]) {
    var reader = PackedReader(bytes: bytes)
    guard let value = reader.next() else { return nil }
    self = value
  }

  var number: Int64? { if case .number(let number) = self { number } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var array: [PackedValue]? { if case .array(let array) = self { array } else { nil } }
}

private struct PackedReader {
  let bytes: [UInt8]
  var offset = 0

  mutating func next() -> PackedValue? {
    guard let mark = integer(1) else { return nil }
    switch mark {
    case 0x00...0x7f: return .number(mark)
    case 0x90...0x9f: return array(Int(mark & 0x0f))
    case 0xa0...0xbf: return text(Int(mark & 0x1f))
    case 0xcc: return integer(1).map { .number($0) }
    case 0xcd: return integer(2).map { .number($0) }
    case 0xce: return integer(4).map { .number($0) }
    case 0xcf, 0xd3: return integer(8).map { .number($0) }
    case 0xd9: return integer(1).flatMap { text(Int($0)) }
    case 0xda: return integer(2).flatMap { text(Int($0)) }
    case 0xdb: return integer(4).flatMap { text(Int($0)) }
    case 0xdc: return integer(2).flatMap { array(Int($0)) }
    case 0xdd: return integer(4).flatMap { array(Int($0)) }
    case 0xe0...0xff: return .number(mark - 256)
    default: return nil
    }
  }

  private mutating func integer(_ count: Int) -> Int64? {
    guard offset + count <= bytes.count else { return nil }
    defer { offset += count }
    return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int64($1) }
  }

  private mutating func text(_ count: Int) -> PackedValue? {
    guard offset + count <= bytes.count else { return nil }
    defer { offset += count }
    return .text(String(decoding: bytes[offset..<offset + count], as: UTF8.self))
  }

  private mutating func array(_ count: Int) -> PackedValue? {
    guard count <= bytes.count else { return nil }
    var values: [PackedValue] = []
    for _ in 0..<count {
      guard let value = next() else { return nil }
      values.append(value)
    }
    return .array(values)
  }
}
