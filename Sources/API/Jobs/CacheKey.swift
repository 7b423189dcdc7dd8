import Crypto
import NIOCore
import Shared

/// The name under which an answer is cached: a digest of the tenant and of all that shapes the answer.
///
/// The tenant comes from the key record, never from the client, so no tenant is served another's answer.
enum CacheKey {
  static func make(tenant: String, request: ByteBuffer) -> String {
    var hash = SHA256()
    var tenant = tenant
    tenant.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    hash.update(data: [0])
    request.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    return hex(hash.finalize())
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: SHA256.byteCount * 2) { buffer in
      for (index, byte) in digest.enumerated() {
        buffer[2 * index] = digits[Int(byte >> 4)]
        buffer[2 * index + 1] = digits[Int(byte & 15)]
      }
      return SHA256.byteCount * 2
    }
  }
}
