/// What Redis does once it is full: its `maxmemory-policy`.
enum EvictionPolicy {
  /// Refuses what would take more memory, so that Sluice decides what gives way.
  static let safe = "noeviction"

  /// Why a policy does not do, as a sentence without a full stop; nil for the one that does.
  static func fault(of policy: String) -> String? {
    guard policy != safe else { return nil }
    return "Redis has maxmemory-policy \"\(policy)\" and could evict queued jobs; set it to \"\(safe)\""
  }
}
