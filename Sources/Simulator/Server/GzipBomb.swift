import NIOCore

/// A gzip member (RFC 1952) of 256 KiB whose content is 258 MiB of zero bytes: 1:1032, the most that
/// deflate can do.
enum GzipBomb {
  /// The header, then a dynamic Huffman block (RFC 1951 section 3.2.7) whose codes make two zero bits mean
  /// "the last byte 258 times more", and the literal 0.
  private static let start: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xED, 0xC0, 0x01, 0x01, 0x00, 0x00,
    0x00, 0x80, 0x90, 0xFE, 0xAF, 0xEE, 0x08, 0x01,
  ]
  /// The end of the block, the content's CRC-32 and its length.
  private static let end: [UInt8] = [0x03, 0xC1, 0x70, 0x86, 0xCC, 0x07, 0x03, 0x20, 0x10]

  static let bytes: ByteBuffer = {
    var buffer = ByteBuffer(bytes: start)
    buffer.writeRepeatingByte(0, count: 256 * 1024)
    buffer.writeBytes(end)
    return buffer
  }()
}
