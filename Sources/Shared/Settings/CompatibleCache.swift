/// Which requests of `/v1` are answered from the cache where their client says nothing of it.
public enum CompatibleCache: String, Sendable, CaseIterable {
  /// Those that ask for an answer that is the same each time: temperature 0, or a seed.
  case repeatable
  case all
  case off
}
