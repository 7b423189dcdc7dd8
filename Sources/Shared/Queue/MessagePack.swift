import NIOCore

/// Writes MessagePack, the form in which a step takes what has no fixed number of parts: whole numbers, texts and arrays.
struct MessagePack: Sendable {
  private(set) var bytes = ByteBuffer()

  mutating func append(_ number: Int64) {
    if (0...127).contains(number) {
      bytes.writeInteger(UInt8(number))
    } else {
      bytes.writeInteger(0xd3 as UInt8)
      bytes.writeInteger(number)
    }
  }

  mutating func append(_ number: Int) { append(Int64(number)) }

  mutating func append(_ text: String) {
    let length = text.utf8.count
    switch length {
    case ...31: bytes.writeInteger(0xa0 | UInt8(length))
    case ...Int(UInt16.max):
      bytes.writeInteger(0xda as UInt8)
      bytes.writeInteger(UInt16(length))
    default:
      bytes.writeInteger(0xdb as UInt8)
      bytes.writeInteger(UInt32(length))
    }
    bytes.writeString(text)
  }

  /// So many of what is appended next are an array.
  mutating func beginArray(_ count: Int) {
    if count <= 15 {
      bytes.writeInteger(0x90 | UInt8(count))
    } else {
      bytes.writeInteger(0xdd as UInt8)
      bytes.writeInteger(UInt32(count))
    }
  }
}
