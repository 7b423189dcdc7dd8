public import Logging
public import ServiceLifecycle
import Synchronization

/// Sends spans to an OTLP collector, in batches and beside all other work: nothing waits for it, and what it cannot keep or
/// bring there is left out, counted and said in the log.
///
/// Told to stop, it sends what is there, once. It is the last service to be stopped.
public final class SpanExporter: Service, SpanSink {
  private static let lossesEvery = Duration.seconds(1)

  private let queue: SpanQueue
  private let batching: SpanBatching
  private let client: CollectorClient
  private let failures: ExportFailureLog
  /// What is dropped stands with the queue.
  private let sent = Mutex(SpanCounts())
  /// A batch that a stop has kept from being sent.
  private let unsent = Mutex<[SpanRecord]>([])
  private let lastTimeout: Duration

  public init(_ settings: OTLPSettings, logger: Logger) {
    batching = settings.batching
    queue = SpanQueue(settings.batching)
    client = CollectorClient(settings)
    failures = ExportFailureLog(logger: logger, host: settings.endpoint.host)
    lastTimeout = min(settings.timeout, .seconds(10))
  }

  public var counts: SpanCounts {
    var counts = sent.withLock { $0 }
    counts.dropped = queue.dropped
    return counts
  }

  public func add(_ spans: [SpanRecord]) { queue.add(spans) }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          while (try? await Task.sleep(for: self.batching.delay)) != nil { self.queue.ripen() }
        }
        group.addTask { await self.sayLosses() }
        for await _ in self.queue.batches { await self.exportAll() }
        group.cancelAll()
      }
    }
    await flush()
    await client.shutdown()
  }

  // MARK: - Export

  private func exportAll() async {
    while !Task.isCancelled {
      let batch = queue.take()
      guard !batch.isEmpty else { return }
      await export(batch)
    }
  }

  /// Tries until the collector has the batch or its time is over. When the collector names a time beyond that, the batch
  /// is given up, and that time is waited for before the next.
  private func export(_ batch: [SpanRecord]) async {
    let deadline = ContinuousClock.now + batching.exportTimeout
    var number = 0
    while true {
      number += 1
      let reply = await client.send(batch, until: deadline)
      guard case .later(let reason, let retryAfter) = reply else { return settle(reply, batch) }
      if Task.isCancelled { return unsent.withLock { $0 = batch } }
      let pause = ExportBackoff.delay(afterTry: number, retryAfter: retryAfter, chance: .random(in: 0..<1))
      guard ContinuousClock.now + pause < deadline else {
        lose(batch.count, reason)
        if let retryAfter { try? await Task.sleep(for: retryAfter) }
        return
      }
      failures.note(reason, lost: 0)
      guard (try? await Task.sleep(for: pause)) != nil else { return unsent.withLock { $0 = batch } }
    }
  }

  private func settle(_ reply: ExportReply, _ batch: [SpanRecord]) {
    switch reply {
    case .taken(let rejected, let message):
      let rejected = min(rejected, batch.count)
      sent.withLock { $0.exported += batch.count - rejected }
      // A message without rejected spans is a warning of the collector's.
      if rejected > 0 || message != nil {
        lose(rejected, "the collector took a part only: \(message ?? "it does not say why")")
      }
    case .refused(let reason), .later(let reason, _): lose(batch.count, reason)
    }
  }

  /// Said before it is counted: whoever sees the count finds the reason in the log.
  private func lose(_ count: Int, _ reason: String) {
    failures.note(reason, lost: count)
    sent.withLock { $0.failed += count }
  }

  /// Beside the export, which may rest for long: the collector says for how long.
  private func sayLosses() async {
    while (try? await Task.sleep(for: Self.lossesEvery)) != nil {
      noteDropped()
      failures.sayWhatIsLeft()
    }
  }

  private func noteDropped() {
    let dropped = queue.takeUntold()
    if dropped > 0 { failures.note("more spans came than could be sent", lost: dropped) }
  }

  /// Sends what is left, each batch once, all of them within one time-out.
  private func flush() async {
    let deadline = ContinuousClock.now + lastTimeout
    var batch = unsent.withLock { batch in
      defer { batch = [] }
      return batch
    }
    if batch.isEmpty { batch = queue.take() }
    while !batch.isEmpty {
      settle(await client.send(batch, until: deadline), batch)
      batch = queue.take()
    }
    noteDropped()
    failures.sayWhatIsLeft(isLast: true)
  }
}
