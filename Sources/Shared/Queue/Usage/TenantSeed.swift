public import ServiceLifecycle

/// Gives names in metrics to those tenants that have asked most lately, when a process starts: so the same ones have theirs
/// in every process, whoever comes first.
public struct TenantSeed: Service {
  /// So much of the sums is read at most.
  private static let mostPages = 100

  private let queue: JobQueue
  private let names: TenantNames

  public init(queue: JobQueue, names: TenantNames) {
    self.queue = queue
    self.names = names
  }

  public func run() async throws {
    // Without Redis they get their names as they come.
    if let tenants = try? await busiest() { names.add(tenants) }
    try? await gracefulShutdown()
  }

  /// Those of today and yesterday, who asked most first.
  private func busiest() async throws(QueueError) -> [String] {
    let day = UsageBuckets.days.milliseconds
    let today = try await queue.usageReach().now / day
    var requests: [String: Int64] = [:]
    var cursor: UsageCursor? = UsageCursor(bucket: today - 1)
    for _ in 0..<Self.mostPages {
      guard let from = cursor else { break }
      let page = try await queue.usageSums(.days, from: from, through: today)
      for entry in page.entries {
        if let tenant = entry.parts.first { requests[tenant, default: 0] += entry.sums.requests }
      }
      cursor = page.next
    }
    return requests.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }
}
