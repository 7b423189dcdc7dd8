/// What a process knows of the damage that the steps of the queue have met.
public struct QueueDamage: Sendable, Hashable {
  private var orphans: Int?
  private var untold: Int?

  public init() {}

  /// Sentences about what has come since the last statistics, for an operator. What was there before the first ones has been
  /// told by others.
  public mutating func learn(from statistics: QueueStatistics) -> [String] {
    defer { (orphans, untold) = (statistics.orphans, statistics.untold) }
    var sentences: [String] = []
    // Counts begin anew where Redis has lost everything.
    if let orphans, statistics.orphans > orphans {
      sentences.append(
        """
        Redis has lost keys: the queue's indexes named \(statistics.orphans - orphans) jobs or parts of jobs that are not \
        there, and they were removed. Were keys deleted by hand, or was a backup restored in part?
        """)
    }
    if let untold, statistics.untold > untold {
      sentences.append(
        """
        Redis' access rules forbade \(statistics.untold - untold) messages, so those who waited for them had to look by \
        themselves: give the user of REDIS_URL the channels of Sluice's prefix (&sluice:*)
        """)
    }
    return sentences
  }
}
