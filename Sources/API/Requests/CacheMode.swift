/// How a request treats answers that were given before.
enum CacheMode: String, Sendable, Hashable, CaseIterable {
  /// Answers from the cache if the answer is there.
  case use
  /// Asks anew and stores the answer.
  case refresh
  /// Neither reads nor stores.
  case off
}
