import Shared

/// What the routes of other APIs' clients have in common: who asks for them, who reads what they send, and how they are
/// answered where they say nothing of it.
struct CompatibleDesk: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let catalogs: CatalogSource
  /// How long a job may wait for its start.
  let expiresIn: Duration
  /// How long an answer may take before its client is sent away to come back.
  let wait: Duration
  let cache: CompatibleCache

  /// For how long a call waits for its answer.
  func wait(of call: Call) throws(Problem) -> Duration { try call.wait() ?? wait }

  /// How a call wants to use the cache.
  func cacheMode(of request: JobRequest, in call: Call) throws(Problem) -> CacheMode {
    try call.cacheWish() ?? cache.mode(of: request)
  }
}

extension ProviderCatalog {
  /// Throws ``Problem/modelNotFound(_:)`` when a model's name leads nowhere.
  func check(model: String) throws(Problem) {
    do throws(RoutingError) { _ = try targets(for: model) } catch {
      let sentence = error.description
      throw .modelNotFound(sentence.prefix(1).uppercased() + sentence.dropFirst() + ".")
    }
  }
}
