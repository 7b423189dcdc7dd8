import Shared

/// Names the conversation that a request goes on with, for routes that keep one with the target that has its beginning in its
/// cache. A digest, so that what clients call their sessions goes no further.
enum ThreadDigest {
  /// Nil for what is no conversation, or one in which no user has spoken.
  ///
  /// - Parameter session: the client's own name of its session, where it sends one. A `prompt_cache_key` goes before it, and
  ///   what the conversation begins with behind.
  static func make(of request: JobRequest, tenant: String, session: String?) -> String? {
    guard case .chat(let conversation) = request else { return nil }
    var digest = RequestDigest()
    digest.add(tenant)
    // A route's targets are its own.
    digest.add(conversation.model)
    if let key = conversation.promptCacheKey {
      digest.add("key")
      digest.add(key)
    } else if let session {
      digest.add("session")
      digest.add(session)
    } else {
      guard let opening = conversation.opening else { return nil }
      digest.add("opening")
      for text in opening { digest.add(text) }
    }
    return String(digest.hex.prefix(StoredRequest.threadLength))
  }
}
