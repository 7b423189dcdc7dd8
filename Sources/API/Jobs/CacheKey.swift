import NIOCore
import Shared

/// The name under which an answer is cached: a digest of the group that shares it and of all that shapes the answer.
///
/// The group comes from the records of key and tenant, never from the client, so no tenant is served the answer of one that
/// does not share with it.
enum CacheKey {
  static func make(group: String, request: ByteBuffer) -> String {
    var digest = RequestDigest()
    digest.add(group)
    digest.add(request)
    return digest.hex
  }
}

extension Idempotency {
  /// What an owner's key and the submission that came with it stand for. The key itself, which a client
  /// may have made of anything, goes no further.
  init(key: String, owner: String, order: JobOrder, request: ByteBuffer) {
    var digest = RequestDigest()
    digest.add(owner)
    digest.add(key)
    var body = RequestDigest()
    if let sent = order.sent {
      body.add(sent)
    } else if let kept = order.kept, kept.conversation != nil {
      // As builds of before did, which knew no `sent`.
      body.add(kept.body)
    } else {
      body.add(request)
    }
    body.add(order.metadataJSON)
    for part in [
      order.lane.rawValue, order.cache.rawValue, "\(order.expiresIn)", "\(order.delay)",
      order.callbackURL?.text ?? "", order.streaming?.rawValue ?? "",
    ] {
      body.add(part)
    }
    if let kept = order.kept {
      body.add("kept \(kept.previous?.rawValue ?? "-") \(kept.isBackground)")
    }
    self.init(digest: digest.hex, fingerprint: body.hex)
  }
}
