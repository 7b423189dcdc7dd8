import ServiceLifecycle

/// Keeps this worker's quotas in step with the others': tells what responses said, and asks once a second.
struct QuotaRefresher: Service {
  let board: QuotaBoard
  var interval = Duration.seconds(1)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Task.isCancelled {
            await board.refresh()
            try? await Task.sleep(for: interval)
          }
        }
        for await report in board.reports { await board.tell(report) }
        group.cancelAll()
      }
    }
  }
}
