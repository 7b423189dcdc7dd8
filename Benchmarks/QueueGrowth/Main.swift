import Foundation
import Logging
import NIOCore
import Shared

/// Measures what a step of the queue costs Redis when much waits and many tenants do, against an empty queue.
///
/// `REDIS_SOCKETS` names a folder with the Unix sockets `0`, `1`… of as many empty Redis as there are loads. They are
/// measured by turns, and each against the empty one of the same turn: a machine whose speed changes changes it for
/// all. Prints a Markdown table; times are Redis' own (`commandstats`).
@main
enum Main {
  /// What waits while the steps are measured.
  private static let loads = [
    Load(jobs: 0, tenants: 1), Load(jobs: 1000, tenants: 1), Load(jobs: 1_000_000, tenants: 1),
    Load(jobs: 10_000, tenants: 10_000), Load(jobs: 1_000_000, tenants: 10_000),
  ]
  private static let rounds = 15

  static func main() async throws {
    let bounds = [
      "MAX_QUEUE": "10000000", "TENANT_MAX_QUEUE": "10000000", "MAX_QUEUE_BYTES": "100000000000",
      "TENANT_MAX_QUEUE_BYTES": "100000000000",
    ]
    let environment = ProcessEnvironment(
      ProcessInfo.processInfo.environment.merging(bounds) { own, _ in own })
    guard let sockets = ProcessInfo.processInfo.environment["REDIS_SOCKETS"] else {
      throw MissingVariable(name: "REDIS_SOCKETS")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      var queues: [LoadedQueue] = []
      for (index, load) in loads.enumerated() {
        var configuration = try RedisConfiguration(url: "unix://\(sockets)/\(index)")
        configuration.commandTimeout = .seconds(60)
        let redis = RedisClient(
          configuration: configuration, logger: Logger(label: "bench"), purpose: "bench")
        group.addTask { try await redis.run() }
        let queue = JobQueue(
          redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
        queues.append(LoadedQueue(load: load, queue: queue, redis: redis))
      }
      try await report(queues)
      group.cancelAll()
    }
  }

  private static func report(_ queues: [LoadedQueue]) async throws {
    var bytes: [Int?] = []
    for queue in queues { bytes.append(try await queue.fill()) }
    // By round, then by load.
    var costs: [[StepCosts]] = []
    for _ in 0..<rounds {
      var round: [StepCosts] = []
      for queue in queues { round.append(try await queue.measure()) }
      costs.append(round)
    }
    print(
      "| waiting | tenants | admit (µs) | claim (µs a job) | complete (µs) | against empty | bytes a job |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (index, queue) in queues.enumerated() {
      let middle = StepCosts.median(costs.map { $0[index] })
      let ratios = StepCosts.median(costs.map { $0[index].divided(by: $0[0]) })
      let all = costs.map { $0[index].sum / $0[0].sum }.median
      let size = bytes[index].map(String.init) ?? ""
      print(
        "| \(queue.load.jobs) | \(queue.load.tenants) | \(middle.admit.hundredths) | \(middle.claim.hundredths) |",
        "\(middle.complete.hundredths) | \(ratios.admit.hundredths), \(ratios.claim.hundredths),",
        "\(ratios.complete.hundredths); together \(all.hundredths) | \(size) |")
    }
  }

  private struct MissingVariable: Error { let name: String }
}

/// How much waits, spread evenly over tenants.
struct Load {
  let jobs: Int
  let tenants: Int
}
