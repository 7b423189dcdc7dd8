import Shared

/// By what a key is looked up.
enum KeyHolder: Sendable, Hashable {
  /// `SERVICE_API_KEY`, which needs no record of its own.
  case service
  /// A stored key, by the digests that it may be stored under.
  case stored([KeyDigest])
}
