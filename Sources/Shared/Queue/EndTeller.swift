import ServiceLifecycle

/// Tells of ends of which nobody was told when they were recorded, once replicas have them: ``JobQueue/tellUntold()``. Every
/// process has one; where replicas are not waited for it does nothing.
public struct EndTeller: Service {
  /// How long a caller waits more than for the replicas, at most.
  static let interval = Duration.milliseconds(250)

  private let queue: JobQueue

  public init(queue: JobQueue) { self.queue = queue }

  public func run() async throws {
    guard queue.acknowledging != nil else { return try await gracefulShutdown() }
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil {
        // Without Redis nothing can be told; the next look comes.
        _ = try? await queue.tellUntold()
      }
    }
  }
}
