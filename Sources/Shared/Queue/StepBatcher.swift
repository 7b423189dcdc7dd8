public import NIOCore
public import Synchronization

/// Lets what is asked of the queue in the same turn of an event loop go there in one step: what jobs share in Redis is
/// then read and written once for all of them.
///
/// It can be inlined, so that the programs do not look up generic types for each job while they run.
public final class StepBatcher<Item: Batchable, Outcome: Sendable>: Sendable {
  @usableFromInline typealias Caller = CheckedContinuation<Result<Outcome, QueueError>, Never>

  /// Items, and at the same places those who wait for their outcomes.
  @usableFromInline struct Batch: Sendable {
    @usableFromInline var items: [Item]
    @usableFromInline var callers: [Caller]

    @inlinable init(items: [Item] = [], callers: [Caller] = []) {
      self.items = items
      self.callers = callers
    }

    /// Parts of it, each for one step.
    @inlinable var steps: [Batch] {
      let sizes = items.batchSizes
      guard sizes.count > 1 else { return [self] }
      var start = 0
      return sizes.map { size in
        defer { start += size }
        return Batch(items: Array(items[start..<start + size]), callers: Array(callers[start..<start + size]))
      }
    }
  }

  @usableFromInline let eventLoop: any EventLoop
  @usableFromInline let step: @Sendable ([Item]) async throws(QueueError) -> [Outcome]
  @usableFromInline let pending = Mutex(Batch())

  /// `step` returns an outcome for each item, in their order.
  @inlinable public init(
    eventLoop: any EventLoop, step: @escaping @Sendable ([Item]) async throws(QueueError) -> [Outcome]
  ) {
    self.eventLoop = eventLoop
    self.step = step
  }

  /// How many items wait for the turn's end.
  var waiting: Int { pending.withLock(\.items.count) }

  /// Takes the step for one item, with those that others take it for now.
  @inlinable public func perform(_ item: Item) async throws(QueueError) -> Outcome {
    try await withCheckedContinuation { caller in
      let isFirst = pending.withLock { batch in
        batch.items.append(item)
        batch.callers.append(caller)
        return batch.items.count == 1
      }
      // The first calls for the turn's end; what the others add until then goes along.
      if isFirst { eventLoop.execute { self.flush() } }
    }.get()
  }

  @inlinable func flush() {
    let batch = pending.withLock { batch in
      defer { batch = Batch() }
      return batch
    }
    for batch in batch.steps {
      Task(executorPreference: EventLoopExecutor.singleton) { await self.send(batch) }
    }
  }

  @inlinable func send(_ batch: Batch) async {
    do throws(QueueError) {
      let outcomes = try await step(batch.items)
      for (caller, outcome) in zip(batch.callers, outcomes) { caller.resume(returning: .success(outcome)) }
    } catch {
      for caller in batch.callers { caller.resume(returning: .failure(error)) }
    }
  }
}
