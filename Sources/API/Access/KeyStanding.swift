import Shared

/// What a key is good for now.
enum KeyStanding: Sendable {
  /// There never was such a key.
  case unknown
  /// There was, but it is deleted, disabled or has expired.
  case revoked
  case good(AccessPolicy)
}
