/// Where the janitor is on its way through a shard: first the indexes that each shard has once, by rank, then all keys, and
/// with these the indexes of single lanes, tenants and groups.
public struct MendCursor: Sendable, Hashable {
  /// An index that is to be looked at from a rank on.
  struct Walk: Sendable, Hashable {
    let index: String
    var rank = 0
  }

  static let membersAtOnce = 200

  /// The beginning of a round.
  public static let start = MendCursor()

  /// The next one is the last.
  var walks = ["cached", "ended", "dead", "lanes", "scheduled", "lease", "deadlines"].map { Walk(index: $0) }
  /// Redis' own cursor; nil before the first key, "0" behind the last.
  var scan: String?

  var isAtEnd: Bool { walks.isEmpty && scan == "0" }

  /// Whether a key (without the shard's base) is one of the indexes that are many.
  static func isIndex(_ key: String) -> Bool {
    key.hasPrefix("ready:") || key.hasPrefix("jobs:") || key.hasPrefix("f:") || key.hasPrefix("gate:")
  }

  /// Whether a key (without the shard's base) is there for a job, and ends with it.
  static func isPartOfJob(_ key: String) -> Bool {
    ["p:", "m:", "u:", "w:", "events:"].contains { key.hasPrefix($0) }
  }
}
