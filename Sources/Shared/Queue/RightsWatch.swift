public import ServiceLifecycle

/// Notices rights that are taken away while the process runs and whose absence stops nothing, such as the one to publish:
/// who waits is told late then, and nothing else would say why.
public struct RightsWatch: Service {
  /// A look takes Redis some 50 µs.
  private static let interval = Duration.seconds(5)

  private let queue: JobQueue

  public init(queue: JobQueue) { self.queue = queue }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { await queue.rights.look() }
    }
  }
}
