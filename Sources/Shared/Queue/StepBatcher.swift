import NIOCore
import Synchronization

/// Lets what is asked of the queue in the same turn of an event loop go there in one step: what jobs share in Redis is
/// then read and written once for all of them.
public final class StepBatcher<Item: Batchable, Outcome: Sendable>: Sendable {
  private struct Entry: Sendable {
    let item: Item
    let caller: CheckedContinuation<Result<Outcome, QueueError>, Never>
  }

  private let eventLoop: any EventLoop
  private let step: @Sendable ([Item]) async throws(QueueError) -> [Outcome]
  private let entries = Mutex<[Entry]>([])

  /// `step` returns an outcome for each item, in their order.
  public init(
    eventLoop: any EventLoop, step: @escaping @Sendable ([Item]) async throws(QueueError) -> [Outcome]
  ) {
    self.eventLoop = eventLoop
    self.step = step
  }

  /// How many items wait for the turn's end.
  var waiting: Int { entries.withLock(\.count) }

  /// Takes the step for one item, with those that others take it for now.
  public func perform(_ item: Item) async throws(QueueError) -> Outcome {
    try await withCheckedContinuation { caller in
      let isFirst = entries.withLock { entries in
        entries.append(Entry(item: item, caller: caller))
        return entries.count == 1
      }
      // The first calls for the turn's end; what the others add until then goes along.
      if isFirst { eventLoop.execute { self.flush() } }
    }.get()
  }

  private func flush() {
    var entries = entries.withLock { entries in
      defer { entries = [] }
      return entries[...]
    }
    for count in entries.map({ $0.item }).batchSizes {
      let batch = entries.prefix(count)
      entries = entries.dropFirst(count)
      Task(executorPreference: EventLoopExecutor.singleton) { await self.send(Array(batch)) }
    }
  }

  private func send(_ batch: [Entry]) async {
    do throws(QueueError) {
      let outcomes = try await step(batch.map { $0.item })
      for (entry, outcome) in zip(batch, outcomes) { entry.caller.resume(returning: .success(outcome)) }
    } catch {
      for entry in batch { entry.caller.resume(returning: .failure(error)) }
    }
  }
}
