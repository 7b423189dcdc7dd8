import Crypto
import NIOCore

/// A SHA-256 digest over several parts of a request. A NUL, which none of them holds unescaped, ends each.
struct RequestDigest {
  private static let digits = Array("0123456789abcdef".utf8)

  private var hash = SHA256()

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    endPart()
  }

  mutating func add(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    endPart()
  }

  private mutating func endPart() { withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) } }

  /// 64 hexadecimal digits.
  var hex: String {
    let digest = hash.finalize()
    return String(unsafeUninitializedCapacity: SHA256.byteCount * 2) { buffer in
      for (index, byte) in digest.enumerated() {
        buffer[2 * index] = Self.digits[Int(byte >> 4)]
        buffer[2 * index + 1] = Self.digits[Int(byte & 15)]
      }
      return SHA256.byteCount * 2
    }
  }
}
