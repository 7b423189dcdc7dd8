/// Writes MessagePack, the form in which a step takes what has no fixed number of parts: whole numbers, texts and arrays.
///
/// Byte by byte into an array, since a request's demand is written for each.
struct MessagePack: Sendable {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(128) }

  mutating func append(_ number: Int64) {
    if (0...127).contains(number) {
      bytes.append(UInt8(number))
    } else {
      bytes.append(0xd3)
      append(bigEndian: UInt64(bitPattern: number), bytes: 8)
    }
  }

  mutating func append(_ number: Int) { append(Int64(number)) }

  mutating func append(_ text: String) { append("", text) }

  /// The two as one text.
  mutating func append(_ prefix: StaticString, _ text: String) {
    let length = prefix.utf8CodeUnitCount + text.utf8.count
    switch length {
    case ...31: bytes.append(0xa0 | UInt8(length))
    case ...Int(UInt16.max):
      bytes.append(0xda)
      append(bigEndian: UInt64(length), bytes: 2)
    default:
      bytes.append(0xdb)
      append(bigEndian: UInt64(length), bytes: 4)
    }
    bytes.append(prefix)
    bytes.append(contentsOf: text.utf8)
  }

  /// So many of what is appended next are an array.
  mutating func beginArray(_ count: Int) {
    if count <= 15 {
      bytes.append(0x90 | UInt8(count))
    } else {
      bytes.append(0xdd)
      append(bigEndian: UInt64(count), bytes: 4)
    }
  }

  /// The lowest bytes of a number, the highest of them first.
  private mutating func append(bigEndian number: UInt64, bytes count: Int) {
    for place in stride(from: 8 * (count - 1), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place)))
    }
  }
}
