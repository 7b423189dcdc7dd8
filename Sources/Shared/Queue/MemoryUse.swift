/// What fills Redis, as the queue counts it: about, in bytes.
public struct MemoryUse: Sendable, Hashable {
  /// Who holds memory, named as the metrics name it.
  public enum Part: String, Sendable, Hashable, CaseIterable {
    /// Jobs that have not ended.
    case open
    /// Ended jobs whose answers nobody has fetched.
    case unfetched
    /// Ended jobs whose callers have their answers.
    case fetched
    /// Responses that are kept for their clients.
    case responses
    /// Event logs of ended jobs.
    case eventLogs = "event_logs"
    /// The answer cache.
    case cache
    /// Usage records.
    case usage
    /// Jobs whose answers are gone, and that stand for an idempotency key.
    case stubs

    /// What gives way to new work, in this order, and usage records beyond their bound.
    public static let givingWay: [Part] = [.cache, .eventLogs, .fetched, .usage, .responses]

    /// For a sentence.
    var phrase: String {
      switch self {
      case .open: "jobs that have not ended"
      case .unfetched: "answers that nobody has fetched"
      case .fetched: "answers that have been fetched"
      case .responses: "kept responses"
      case .eventLogs: "event logs"
      case .cache: "the answer cache"
      case .usage: "usage records"
      case .stubs: "idempotency keys"
      }
    }
  }

  /// A job that has not ended takes so much beside its request, about (docs/redis.md).
  private static let openJobBytes = 1000
  /// Redis itself, its connections and what Sluice does not count (its library, records, sums) take so much, about.
  private static let ownBytes = 4_194_304

  public let bytes: [Part: Int]
  /// What Redis uses and what it may use; nil where it does not tell, and without a bound.
  public let used: Int?
  public let limit: Int?
  /// Whether there was no room to be made a moment ago.
  public let isFull: Bool

  public init(bytes: [Part: Int], used: Int?, limit: Int?, isFull: Bool) {
    self.bytes = bytes
    self.used = used
    self.limit = limit
    self.isFull = isFull
  }

  /// From what the step `statistics` says of finished jobs, by the names of finished.lua and room.lua.
  init(_ finished: [String: Int], cached: Int, openJobs: Int, openBytes: Int, isFull: Bool) {
    func positive(_ name: String) -> Int? { finished[name].flatMap { $0 > 0 ? $0 : nil } }
    self.init(
      bytes: [
        .open: openBytes + openJobs * Self.openJobBytes, .unfetched: positive("unfetched") ?? 0,
        .fetched: (positive("fetched") ?? 0) + (positive("fetched_jobs") ?? 0),
        .responses: positive("kept") ?? 0, .eventLogs: positive("logs") ?? 0, .cache: cached,
        .usage: positive("usage") ?? 0, .stubs: positive("stubs") ?? 0,
      ], used: positive("used"), limit: positive("limit"), isFull: isFull)
  }

  /// What takes most of it, for a sentence: `jobs that have not ended (41 MiB) and event logs (12 MiB)`.
  public var phrase: String {
    let largest = Part.allCases.sorted { bytes[$0, default: 0] > bytes[$1, default: 0] }.prefix(2)
    let told = largest.filter { bytes[$0, default: 0] > 0 }
      .map { "\($0.phrase) (\(Self.text(bytes[$0, default: 0])))" }
    let most = largest.first.flatMap { bytes[$0] } ?? 0
    let uncounted = max(0, (used ?? 0) - bytes.values.reduce(0, +))
    // What is counted is counted about: others are named where they have most of all.
    guard told.isEmpty || uncounted - Self.ownBytes > most else { return told.joined(separator: " and ") }
    let others = "what is not Sluice's" + (uncounted > 0 ? " (\(Self.text(uncounted)))" : "")
    return ([others] + told).prefix(2).joined(separator: " and ")
  }

  private static func text(_ bytes: Int) -> String {
    let mebi = 1_048_576
    if bytes >= 10 * mebi { return "\(bytes / mebi) MiB" }
    return bytes >= mebi ? "\(bytes / mebi).\(bytes % mebi * 10 / mebi) MiB" : "\(max(1, bytes / 1024)) KiB"
  }
}
