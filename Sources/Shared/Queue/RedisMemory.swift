/// What Redis says of its own memory; sizes are in bytes.
struct RedisMemory: Sendable, Hashable {
  /// What counts against ``limit``: without the buffers of replicas and of the append-only file.
  let used: Int
  /// `maxmemory`; 0 where there is none.
  let limit: Int
  /// `maxmemory-policy`; nil where it does not tell.
  var policy: String?

  init(used: Int, limit: Int) {
    self.used = used
    self.limit = limit
  }

  /// Reads the reply to `INFO memory`; nil when it does not tell.
  init?(_ info: String) {
    var values: [Substring: Substring] = [:]
    for line in info.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    func bytes(_ name: Substring) -> Int? { values[name].flatMap { Int($0) } }
    guard let used = bytes("used_memory"), let limit = bytes("maxmemory") else { return nil }
    self.init(used: used - (bytes("mem_not_counted_for_evict") ?? 0), limit: limit)
    policy = values["maxmemory_policy"].map(String.init)
  }

  /// The room that is to be free: a second's work of a busy queue.
  private var margin: Int { min(limit / 10, 134_217_728) }

  /// How much is to give way, so that work goes on; 0 while there is room enough.
  var shortage: Int { limit > 0 && used > limit - margin ? excess : 0 }

  /// How much is to give way until there is room again, and some more, so that it is not asked for with each job.
  var excess: Int { limit > 0 ? max(0, used - limit + margin + margin / 2) : 0 }

  /// What finished work may hold, where no setting says so.
  var finishedBytes: Int { limit > 0 ? limit / 4 : 1_073_741_824 }

  /// What kept responses may hold, where no setting says so.
  var responseBytes: Int { finishedBytes }

  /// What usage records may hold, where no setting says so.
  var usageBytes: Int { limit > 0 ? limit / 8 : 268_435_456 }
}
