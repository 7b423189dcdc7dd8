import ServiceLifecycle
import Shared

/// Keeps this worker's latencies in step with the others', once a second, while any route asks for them.
struct LatencyRefresher: Service {
  let board: LatencyBoard
  let catalogs: CatalogSource
  var interval = Duration.seconds(1)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if catalogs.current.routes.contains(where: { $0.strategy == .fastest }) { await board.exchange() }
        try? await Task.sleep(for: interval)
      }
    }
  }
}
