import Shared

/// What the history and Redis say after the faults: accepted = ended, each once, and nothing left over.
public struct FaultFindings: Sendable, CustomStringConvertible {
  public let accepted: Int
  public let ended: Int
  /// Accepted jobs that are gone, or have not ended, or have no usage record.
  public let lost: [String]
  /// Jobs with more than one usage record, and idempotency keys with more than one job.
  public let doubles: [String]
  /// Keys that should be gone once all jobs have ended, and what the janitor found.
  public let leftOver: [String]
  public let counts: [String: Int]
  /// The longest time in which no job at all ended.
  public let longestStall: Duration
  public let refusals: [String: Int]
  /// How many of the lost have not been answered before.
  public let lostUnanswered: Int
  /// Jobs that APIs have said are lost, and those that they have admitted again.
  public let toldLost: Int
  public let readmitted: Int

  public var areSound: Bool { lost.isEmpty && doubles.isEmpty && leftOver.isEmpty && accepted == ended }

  /// The first of many names are enough to look for what happened.
  public var description: String {
    func some(_ names: [String]) -> String { "\(names.count) \(names.sorted().prefix(5))" }
    return """
      \(accepted) accepted, \(ended) ended, lost \(some(lost)), doubles \(some(doubles)), left over \(some(leftOver)), \
      told lost \(toldLost), readmitted \(readmitted), counts \(counts), refusals \(refusals)
      """
  }

  /// Looks at everything. The queue must have drained.
  public static func look(
    _ history: FaultHistory, _ queue: JobQueue, _ redis: RedisClient, _ apis: [SluiceAPI]
  ) async throws -> FaultFindings {
    var records: [String: Int] = [:]
    var times: [Int64] = []
    var cursor: String?
    while true {
      let page = try await queue.usage(after: cursor, count: 1000)
      guard let last = page.last else { break }
      cursor = last.id
      for record in page {
        records[record.job.rawValue, default: 0] += 1
        if let time = record.id.split(separator: "-").first.flatMap({ Int64($0) }) { times.append(time) }
      }
    }
    var lost: [String] = []
    for id in history.accepted {
      let state = try await redis.send(RedisCommand("HGET", "sluice:{0}:j:\(id)", "s")).string
      let hasEnded = state.flatMap(JobState.init)?.isTerminal == true
      if !hasEnded || records[id] == nil { lost.append("\(id) \(state ?? "gone")") }
    }
    let keys = try await redis.send(RedisCommand("KEYS", "sluice:{0}:*")).array?.compactMap(\.string) ?? []
    let leftOver = keys.filter { key in passing.contains { key.hasPrefix("sluice:{0}:\($0)") } }
    let repairs = try await queue.mend().repairs
    let answered = history.answered
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    return FaultFindings(
      accepted: history.count, ended: history.count - lost.count, lost: lost,
      doubles: records.filter { $0.value > 1 }.map(\.key) + history.doubleAccepted,
      leftOver: leftOver + repairs.map { "\($0.kind) \($0.subject)" },
      counts: try await queue.statistics().counts, longestStall: .milliseconds(gaps.max() ?? 0),
      refusals: history.refusals,
      lostUnanswered: lost.count { !answered.contains(String($0.prefix { $0 != " " })) },
      toldLost: try await sum("sluice_jobs_lost_total", of: apis),
      readmitted: try await sum("sluice_jobs_readmitted_total", of: apis))
  }

  /// What a counter of the APIs that run has come to in all.
  private static func sum(_ counter: String, of apis: [SluiceAPI]) async throws -> Int {
    var sum = 0
    for api in apis {
      let lines = try await api.get("/metrics").body.split(separator: "\n")
      sum += lines.first { $0.hasPrefix("\(counter) ") }.flatMap { Int($0.dropFirst(counter.count + 1)) } ?? 0
    }
    return sum
  }

  /// What must be gone once all jobs have ended.
  private static let passing = [
    "q:", "ready:", "lanes", "lease", "scheduled", "deadlines", "w:", "f:", "leader:", "running", "parked",
    "open", "gate:", "owed",
  ]
}
