import NIOCore
import Shared

/// A queue in which much waits, on a Redis of its own.
struct LoadedQueue {
  let load: Load
  let queue: JobQueue
  let redis: RedisClient

  private static let jobsInRound = 2000
  private static let claimSize = 16
  private static let parallel = 64
  private static let request = JobRequest.chat(
    Conversation(
      turns: [Turn(role: .user, text: "What does a job that waits cost?")],
      parameters: Parameters(maxTokens: 256, temperature: 0.7))
  ).encoded()
  private static let result = JobResult(
    response: "About a kilobyte.", provider: "groq", model: "llama", finishReason: .stop,
    usage: TokenUsage(promptTokens: 10, completionTokens: 5), cost: NanoDollars(rawValue: 5_000),
    latency: .seconds(1),
    cascadePath: [])

  /// Lets the load wait in Redis. Returns the bytes that each job takes; nil without jobs.
  func fill() async throws -> Int? {
    try await admit(1, tenants: 1)
    let before = try await usedMemory()
    try await admit(load.jobs, tenants: load.tenants)
    guard load.jobs > 0 else { return nil }
    return (try await usedMemory() - before) / load.jobs
  }

  /// What the steps cost while that waits.
  func measure() async throws -> StepCosts {
    var costs = StepCosts()
    costs.admit = try await cost(of: Self.jobsInRound) {
      try await admit(Self.jobsInRound, tenants: load.tenants)
    }
    var leases: [Lease] = []
    costs.claim = try await cost(of: Self.jobsInRound) {
      while leases.count < Self.jobsInRound {
        leases += try await queue.claim(Self.claimSize, worker: "bench").jobs.map(\.lease)
      }
    }
    costs.complete = try await cost(of: leases.count) {
      for lease in leases { _ = try await queue.complete(lease, with: Self.result, isCacheable: false) }
    }
    return costs
  }

  private func admit(_ count: Int, tenants: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<Self.parallel {
        group.addTask {
          for number in stride(from: lane, to: count, by: Self.parallel) {
            let admission = Admission(
              id: JobID(unixMilliseconds: Timestamp.now), tenant: "tenant-\(number % tenants)",
              lane: .standard, model: "default", request: Self.request, weight: 270,
              expiresIn: .seconds(86_400))
            _ = try await queue.admit(admission)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// The time that Redis spends on the functions called in `body`, in microseconds for each of `jobs`.
  private func cost(of jobs: Int, _ body: () async throws -> Void) async throws -> Double {
    _ = try await redis.send(RedisCommand("CONFIG", "RESETSTAT"))
    try await body()
    let line = try await info("commandstats").first { $0.hasPrefix("cmdstat_fcall:") } ?? ""
    let spent = line.split(separator: ",").first { $0.hasPrefix("usec=") }.flatMap { Double($0.dropFirst(5)) }
    return (spent ?? .nan) / Double(jobs)
  }

  private func usedMemory() async throws -> Int {
    let line = try await info("memory").first { $0.hasPrefix("used_memory:") }
    return line.flatMap { Int($0.dropFirst("used_memory:".count)) } ?? 0
  }

  private func info(_ section: String) async throws -> [Substring] {
    let text = try await redis.send(RedisCommand("INFO", section)).string ?? ""
    return text.split(whereSeparator: \.isNewline)
  }
}
