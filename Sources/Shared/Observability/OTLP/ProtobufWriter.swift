/// Writes Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as much of them as OTLP's spans need.
///
/// Fields that hold their default are left out, as proto3 wants it.
struct ProtobufWriter: Sendable {
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  mutating func field(_ number: Int, _ value: UInt64) {
    guard value != 0 else { return }
    tag(number, .varint)
    varint(value)
  }

  mutating func field(_ number: Int, _ text: String) {
    if !text.isEmpty { always(number, text) }
  }

  mutating func field(_ number: Int, fixed64 value: UInt64) {
    guard value != 0 else { return }
    tag(number, .fixed64)
    fixed(value)
  }

  mutating func field(_ number: Int, fixed32 value: UInt32) {
    guard value != 0 else { return }
    tag(number, .fixed32)
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// A field of bytes: numbers with the highest byte first, as names of traces and spans are.
  mutating func field(_ number: Int, bigEndian values: UInt64...) {
    tag(number, .lengthDelimited)
    varint(UInt64(8 * values.count))
    for value in values {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
      }
    }
  }

  /// A message, also an empty one.
  mutating func message(_ number: Int, _ write: (inout ProtobufWriter) -> Void) {
    tag(number, .lengthDelimited)
    // Most are short: then their length takes the one byte that is left for it.
    let place = bytes.count
    bytes.append(0)
    write(&self)
    var length = UInt64(bytes.count - place - 1)
    if length < 0x80 {
      bytes[place] = UInt8(length)
      return
    }
    var digits: [UInt8] = []
    while length >= 0x80 {
      digits.append(UInt8(truncatingIfNeeded: length) | 0x80)
      length >>= 7
    }
    digits.append(UInt8(length))
    bytes.replaceSubrange(place...place, with: digits)
  }

  // MARK: - Of a choice, where a default is said, too

  mutating func always(_ number: Int, _ text: String) {
    tag(number, .lengthDelimited)
    var text = text
    text.withUTF8 { utf8 in
      varint(UInt64(utf8.count))
      bytes.append(contentsOf: utf8)
    }
  }

  mutating func always(_ number: Int, _ value: UInt64) {
    tag(number, .varint)
    varint(value)
  }

  mutating func always(_ number: Int, _ value: Double) {
    tag(number, .fixed64)
    fixed(value.bitPattern)
  }

  // MARK: - Primitives

  private mutating func tag(_ number: Int, _ type: WireType) { varint(UInt64(number) << 3 | type.rawValue) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func fixed(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
