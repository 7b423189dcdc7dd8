import ServiceLifecycle
import Shared

/// Exports the spans of jobs that no worker has ended which held them: followers of another's call, and jobs that expired, were
/// cancelled or were lost with their workers.
struct TracedEndReader: Service {
  private static let interval = Duration.seconds(1)
  private static let atOnce = 500

  let queue: JobQueue
  let tracer: SpanTracer

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { await read() }
    }
    // What this worker's last jobs have ended beside them.
    await read()
  }

  private func read() async {
    // Without Redis there is nothing to read; it is kept.
    while let ends = try? await queue.tracedEnds(atMost: Self.atOnce) {
      for end in ends { tracer.add([JobSpan.record(end)]) }
      if ends.count < Self.atOnce { return }
    }
  }
}
