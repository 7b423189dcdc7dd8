import HTTPTypes
import Shared

extension Call {
  /// What the client says of the cache in its headers; nil where it says nothing. `X-Sluice-Cache` says it in Sluice's
  /// words, `Cache-Control` in those of RFC 9111: `no-cache` asks anew, `no-store` leaves no trace.
  func cacheWish() throws(Problem) -> CacheMode? {
    if let word = request.headers.value(of: .sluiceCache) {
      guard let mode = CacheMode(rawValue: word.lowercased()) else {
        throw Self.invalid("header", "X-Sluice-Cache", "Send use, refresh or off")
      }
      return mode
    }
    guard let wishes = request.headers.value(of: .cacheControl)?.lowercased() else { return nil }
    if wishes.contains("no-store") { return .off }
    return wishes.contains("no-cache") ? .refresh : nil
  }
}

extension CompatibleCache {
  /// What holds for a request whose client says nothing of the cache.
  func mode(of request: JobRequest) -> CacheMode {
    switch self {
    case .all: .use
    case .off: .off
    case .repeatable: request.isRepeatable ? .use : .off
    }
  }
}

extension JobRequest {
  /// Whether the client asks for what would be the same each time.
  fileprivate var isRepeatable: Bool {
    switch self {
    case .chat(let conversation):
      conversation.parameters.temperature == 0 || conversation.parameters.seed != nil
    case .completion(let request): request.parameters.temperature == 0 || request.parameters.seed != nil
    case .embedding, .moderation, .count: true
    }
  }
}
