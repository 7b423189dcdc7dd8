import Shared
import Synchronization

/// What the queue is to be told of callers who waited, where it cannot know by itself whether they have their answers:
/// those who had them by another way than the message of the end, and those who left without. They are few.
final class Receipts: Sendable {
  private let pending = Mutex<[JobID: Bool]>([:])
  /// One element whenever there is something to tell.
  let notes: AsyncStream<Void>
  private let raise: AsyncStream<Void>.Continuation

  init() {
    (notes, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func note(_ id: JobID, isReceived: Bool) {
    pending.withLock { $0[id] = isReceived }
    raise.yield()
  }

  /// Tells the queue all of it, a part at a time. What could not be told is for the next time.
  func tell(_ queue: JobQueue, atMost most: Int) async {
    while true {
      let part = pending.withLock {
        Dictionary(uniqueKeysWithValues: $0.prefix(most).map { ($0.key, $0.value) })
      }
      guard !part.isEmpty else { return }
      do {
        try await queue.tell(
          received: part.filter(\.value).map(\.key), missed: part.filter { !$0.value }.map(\.key))
      } catch { return }
      pending.withLock { pending in
        for (id, isReceived) in part where pending[id] == isReceived { pending[id] = nil }
      }
    }
  }
}
