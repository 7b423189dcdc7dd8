/// What a server's replicas and settings say of how much a failover may cost: decided without asking it.
struct ReplicationCheck: Sendable, Hashable {
  /// How many replicas are connected.
  var replicas: Int
  /// Whether sentinels may let one of them take over.
  var hasSentinels: Bool
  /// How many replicas are waited for (`REDIS_ACK_REPLICAS`).
  var acknowledging: Int
  /// `min-replicas-to-write`; nil where it is not told.
  var leastReplicas: Int?
  /// `min-replicas-max-lag`, in seconds; nil where it is not told.
  var mostLag: Int?

  /// What an operator should know; nil where there is nothing.
  var warning: String? {
    if acknowledging > 0 {
      guard replicas < acknowledging else { return nil }
      return """
        REDIS_ACK_REPLICAS is \(acknowledging), but Redis has \(replicas) replicas: requests are refused until it has more
        """
    }
    guard replicas > 0 || hasSentinels else { return nil }
    let remedy = "; with REDIS_ACK_REPLICAS=1 none is"
    guard let leastReplicas, leastReplicas > 0 else {
      return """
        Redis has replicas, and \(leastReplicas == nil ? "does not tell its min-replicas-to-write" : "min-replicas-to-write 0"): \
        at a failover the jobs and answers of about the last second are lost, and all that a master takes in that is cut \
        off, until it learns that it is none any more. min-replicas-to-write 1 with min-replicas-max-lag 2 bounds that to \
        about 4 s\(remedy)
        """
    }
    // Replicas tell once a second how far they are, and Redis looks once a second.
    let seconds = (mostLag ?? 10) + 2
    return """
      Redis has min-replicas-to-write \(leastReplicas) and min-replicas-max-lag \(mostLag.map { "\($0)" } ?? "unknown"): at a \
      failover the jobs and answers of up to the last \(seconds) s can be lost\(remedy)
      """
  }
}
