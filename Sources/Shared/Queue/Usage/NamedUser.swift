/// Whom requests of a tenant name as their user.
public struct NamedUser: Sendable, Hashable {
  public let name: String
  /// When it was named last, coarsely (Unix milliseconds by Redis' clock).
  public let lastSeen: Int64?
  /// What it has used for as long as that is kept.
  public let usage: UsageSums
}
