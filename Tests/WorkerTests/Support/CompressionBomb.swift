/// Small bytes that unpack to many, written by hand so that no compressor is needed.
enum CompressionBomb {
  /// Zeros as gzip (RFC 1952): one block with fixed codes (RFC 1951, section 3.2.6), in which each 13 bits
  /// repeat the byte before 258 times.
  static func gzip(unpackedSize: Int) -> [UInt8] {
    var bits = Bits(bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    bits.append(0b110, count: 3)  // The last block; fixed codes, 01 with its low bit first.
    bits.append(0b0011_0000, count: 8)  // The literal 0.
    for _ in 0...(unpackedSize / 258) {
      bits.append(0b1100_0101, count: 8)  // Length 258.
      bits.append(0, count: 5)  // Distance 1.
    }
    bits.append(0, count: 7)  // The end of the block.
    return bits.bytes + [UInt8](repeating: 0, count: 9)
  }

  /// Codes are packed with their highest bit first into bytes that fill from their lowest.
  private struct Bits {
    var bytes: [UInt8]
    private var used = 8

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func append(_ code: UInt8, count: Int) {
      for bit in (0..<count).reversed() {
        if used == 8 {
          bytes.append(0)
          used = 0
        }
        bytes[bytes.count - 1] |= (code >> bit & 1) << used
        used += 1
      }
    }
  }
}
