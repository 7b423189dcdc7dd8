/// What Redis does once it is full: its `maxmemory-policy`.
enum EvictionPolicy {
  /// Refuses what would take more memory, so that Sluice decides what gives way.
  static let safe = "noeviction"

  /// Why a policy does not do, as a sentence without a full stop; nil for the one that does.
  static func fault(of policy: String) -> String? {
    policy == safe ? nil : sentence(policy)
  }

  /// The same of one that does not do.
  static func sentence(_ policy: String) -> String {
    "Redis has maxmemory-policy \"\(policy)\" and could evict queued jobs; set it to \"\(safe)\""
  }
}
