import NIOCore
import Shared
import Synchronization

/// Records the answers of jobs that end in the same turn of an event loop in one step: what jobs share in Redis is
/// then written once for all of them.
final class CompletionBatcher: Sendable {
  struct Entry: Sendable {
    let completion: Completion
    let offer: SlotOffer?
    let caller: CheckedContinuation<Result<Settlement, QueueError>, Never>
  }

  /// One step must be short, and its arguments fit into Redis' buffers.
  static let mostJobs = 64
  static let mostBytes = 4 * 1024 * 1024

  private let queue: JobQueue
  private let eventLoop: any EventLoop
  private let entries = Mutex<[Entry]>([])

  init(queue: JobQueue, eventLoop: any EventLoop) {
    self.queue = queue
    self.eventLoop = eventLoop
  }

  /// Records one answer, with those that others record now.
  func complete(_ completion: Completion, offer: SlotOffer?) async throws(QueueError) -> Settlement {
    try await withCheckedContinuation { caller in
      let isFirst = entries.withLock { entries in
        entries.append(Entry(completion: completion, offer: offer, caller: caller))
        return entries.count == 1
      }
      // The first calls for the turn's end; what the others add until then goes along.
      if isFirst { eventLoop.execute { self.flush() } }
    }.get()
  }

  private func flush() {
    let entries = entries.withLock { entries in
      defer { entries = [] }
      return entries
    }
    for batch in Self.batches(of: entries) {
      Task(executorPreference: EventLoopExecutor.singleton) { await self.send(batch) }
    }
  }

  private func send(_ batch: [Entry]) async {
    do throws(QueueError) {
      let settlements = try await queue.complete(batch.map(\.completion), offer: batch[0].offer)
      for (entry, settlement) in zip(batch, settlements) {
        entry.caller.resume(returning: .success(settlement))
      }
    } catch {
      for entry in batch { entry.caller.resume(returning: .failure(error)) }
    }
  }

  /// Entries of one offer go together, as many as one step takes.
  static func batches(of entries: [Entry]) -> [[Entry]] {
    var batches: [[Entry]] = []
    var bytes = 0
    for entry in entries {
      let fits =
        batches.last.map { batch in
          batch[0].offer == entry.offer && batch.count < mostJobs
            && bytes + entry.completion.size <= mostBytes
        } ?? false
      if !fits {
        batches.append([])
        bytes = 0
      }
      batches[batches.count - 1].append(entry)
      bytes += entry.completion.size
    }
    return batches
  }
}
