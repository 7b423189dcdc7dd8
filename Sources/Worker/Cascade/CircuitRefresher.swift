import ServiceLifecycle

/// Keeps this worker's circuits in step with the others': at once when it has something to tell, and once a
/// second. It should stop after the jobs have.
struct CircuitRefresher: Service {
  let board: CircuitBoard
  var interval = Duration.seconds(1)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while !Task.isCancelled {
            board.requestSynchronization()
            try? await Task.sleep(for: interval)
          }
        }
        // Ends when the task is cancelled. What is untold then is lost, which costs others a few faults.
        for await _ in board.signals { await board.synchronize() }
        group.cancelAll()
      }
    }
  }
}
