/// How full the queue is, and what has happened in it.
public struct QueueStatistics: Sendable, Hashable {
  /// Jobs and deliveries that have not ended, and the bytes of their requests.
  public let openJobs: Int
  public let openBytes: Int
  public let running: Int
  public let scheduled: Int
  public let dead: Int
  /// Workers that gave a sign of life lately.
  public let workers: Int
  /// What has happened since the queue was new, by name: `ended:<state>`, `delivery:<state>`, `coalesced`,
  /// `stale` (outcomes refused for an old fencing token), `reclaimed` (leases that ran out), `crashes`,
  /// `notice:<kind>`, `put_off` (to the next period of a budget), `quarantined`, `requeued`, `discarded`, `repaired:<kind>`, `orphan:<index>` (members without what they stand for,
  /// removed), `untold` (messages on channels that Redis' rules forbid),
  /// `dropped:<kind>` (what gave way to new work), `dead:<code>` (jobs and deliveries that became dead letters).
  public let counts: [String: Int]
  /// What fills Redis.
  public let memory: MemoryUse

  /// Members of indexes that stood there without their job, and were removed.
  public var orphans: Int {
    counts.reduce(0) { sum, count in count.key.hasPrefix("orphan:") ? sum + count.value : sum }
  }

  /// Messages that were not sent because Redis' rules (ACL) forbid their channel.
  public var untold: Int { counts["untold"] ?? 0 }

  /// Jobs in a lane, or following another's call.
  public var queued: Int { max(0, openJobs - running - scheduled) }

  /// Reads what the step `statistics` returns; nil for anything else.
  init?(_ reply: RESPValue) {
    guard let elements = reply.array, elements.count == 10 else { return nil }
    let numbers = elements[..<6].compactMap(\.integer).map(Int.init)
    guard numbers.count == 6 else { return nil }
    openJobs = numbers[0]
    openBytes = numbers[1]
    running = numbers[2]
    scheduled = numbers[3]
    dead = numbers[4]
    workers = numbers[5]
    guard let counts = Self.numbers(in: elements[6]), let cached = elements[7].integer,
      let finished = Self.numbers(in: elements[8])
    else { return nil }
    self.counts = counts
    memory = MemoryUse(
      finished, cached: Int(cached), openJobs: openJobs, openBytes: openBytes,
      isFull: elements[9].integer == 1)
  }

  /// A hash of numbers, by name.
  private static func numbers(in reply: RESPValue) -> [String: Int]? {
    guard let pairs = reply.array else { return nil }
    var numbers: [String: Int] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      guard let name = pairs[index].string else { continue }
      numbers[name] = pairs[index + 1].string.flatMap(Int.init)
    }
    return numbers
  }
}
