import ServiceLifecycle

/// Keeps a ``CircuitBoard`` in step with the other workers, so that each learns of an outage within a second.
struct CircuitRefresher: Service {
  static let interval = Duration.seconds(1)

  let board: CircuitBoard

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        // Without Redis there is nothing to learn; the Redis client tells of it.
        try? await board.refresh()
        try? await Task.sleep(for: Self.interval)
      }
    }
  }
}
