import Shared

/// The keys that a tenant brings, by the names of their providers. Those of all others are the operator's.
struct OwnKeys: Sendable {
  enum Key: Sendable, Hashable {
    case usable(Secret)
    /// Why it cannot be sent, for `cascade_path`. The operator's key is not sent in its place.
    case unusable(String)
  }

  private let keys: [String: Key]

  /// Nil for a tenant that brings none.
  init?(_ keys: [String: Key]) {
    guard !keys.isEmpty else { return nil }
    self.keys = keys
  }

  subscript(provider: String) -> Key? { keys[provider] }
}
