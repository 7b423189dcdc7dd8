import NIOCore
import Shared

/// The name under which an answer is cached: a digest of the tenant and of all that shapes the answer.
///
/// The tenant comes from the key record, never from the client, so no tenant is served another's answer.
enum CacheKey {
  static func make(tenant: String, request: ByteBuffer) -> String {
    var digest = RequestDigest()
    digest.add(tenant)
    digest.add(request)
    return digest.hex
  }
}

extension Idempotency {
  /// What a tenant's key and the submission that came with it stand for. The key itself, which a client
  /// may have made of anything, goes no further.
  init(key: String, tenant: String, order: JobOrder, request: ByteBuffer) {
    var digest = RequestDigest()
    digest.add(tenant)
    digest.add(key)
    var body = RequestDigest()
    body.add(request)
    body.add(order.metadataJSON)
    for part in [
      order.lane.rawValue, order.cache.rawValue, "\(order.expiresIn)", "\(order.delay)",
      order.callbackURL?.text ?? "", order.streaming?.rawValue ?? "",
    ] {
      body.add(part)
    }
    self.init(digest: digest.hex, fingerprint: body.hex)
  }
}
