import Foundation
import Logging
import NIOCore
import Shared

/// Measures what a step of the queue costs Redis when much waits and many tenants do, against an empty queue.
///
/// `REDIS_URL` names a Redis that may be emptied. Prints a Markdown table; times are Redis' own (`commandstats`).
@main
enum Main {
  /// What waits while the steps are measured.
  private static let loads = [
    Load(jobs: 0, tenants: 1), Load(jobs: 1000, tenants: 1), Load(jobs: 1_000_000, tenants: 1),
    Load(jobs: 10_000, tenants: 10_000), Load(jobs: 1_000_000, tenants: 10_000),
  ]

  static func main() async throws {
    let bounds = [
      "MAX_QUEUE": "10000000", "TENANT_MAX_QUEUE": "10000000", "MAX_QUEUE_BYTES": "100000000000",
      "TENANT_MAX_QUEUE_BYTES": "100000000000",
    ]
    let environment = ProcessEnvironment(
      ProcessInfo.processInfo.environment.merging(bounds) { own, _ in own })
    var configuration = try RedisConfiguration(environment)
    configuration.commandTimeout = .seconds(60)
    let redis = RedisClient(configuration: configuration, logger: Logger(label: "bench"), purpose: "bench")
    let queue = JobQueue(
      redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await redis.run() }
      try await report(QueueLoad(queue: queue, redis: redis))
      group.cancelAll()
    }
  }

  private static func report(_ load: QueueLoad) async throws {
    print(
      "| waiting | tenants | admit (µs) | claim (µs a job) | complete (µs) | against empty | bytes a job |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    var empty: StepCosts?
    for each in loads {
      let bytes = try await load.fill(each)
      let costs = try await load.measure(tenants: each.tenants)
      let ratios = costs.ratios(to: empty ?? costs).map(\.hundredths).joined(separator: ", ")
      print(
        "| \(each.jobs) | \(each.tenants) | \(costs.admit.hundredths) | \(costs.claim.hundredths) |",
        "\(costs.complete.hundredths) | \(ratios) | \(bytes.map(String.init) ?? "") |")
      empty = empty ?? costs
    }
  }
}

/// How much waits, spread evenly over tenants.
struct Load {
  let jobs: Int
  let tenants: Int
}
