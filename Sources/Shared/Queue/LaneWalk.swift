import Synchronization

/// Looks how much stands in the lanes, a part at a time: with many tenants it takes several looks, and the figures of the
/// last walk that came to its end are told meanwhile.
public final class LaneWalk: Sendable {
  /// How many tenants one step looks at, and how long one look takes about.
  private static let tenantsAtOnce = 500
  private static let patience = Duration.milliseconds(20)

  private struct State {
    var lane = 0
    var rank = 0
    var partial = LaneDepth()
    var told: [LaneDepth?] = JobQueue.laneNames.map { _ in nil }
    var isWalking = false
  }

  private let queue: JobQueue
  private let state = Mutex(State())

  public init(queue: JobQueue) { self.queue = queue }

  /// What stands in each lane, by its name. Throws ``QueueError`` when Redis does not say.
  public func look() async throws(QueueError) -> [(lane: String, depth: LaneDepth)] {
    let mayWalk = state.withLock { state in
      defer { state.isWalking = true }
      return !state.isWalking
    }
    // Who scrapes at the same time is told what is known.
    guard mayWalk else { return told }
    defer { state.withLock { $0.isWalking = false } }
    let end = ContinuousClock.now + Self.patience
    var lanesDone = 0
    while lanesDone < JobQueue.laneNames.count, .now < end || isFresh {
      if try await walkOn() { lanesDone += 1 }
    }
    return told
  }

  /// Whether there is a lane of which nothing is known yet.
  private var isFresh: Bool { state.withLock { $0.told.contains(nil) } }

  private var told: [(lane: String, depth: LaneDepth)] {
    state.withLock { state in
      zip(JobQueue.laneNames, state.told).map { (lane: $0, depth: $1 ?? LaneDepth()) }
    }
  }

  /// One step. Returns whether a lane was walked to its end.
  private func walkOn() async throws(QueueError) -> Bool {
    let (lane, rank) = state.withLock { ($0.lane, $0.rank) }
    let part = try await queue.depth(of: JobQueue.laneNames[lane], from: rank, most: Self.tenantsAtOnce)
    return state.withLock { state in
      state.partial.jobs += part.depth.jobs
      state.partial.oldest = max(state.partial.oldest, part.depth.oldest)
      if let next = part.next {
        state.rank = next
        return false
      }
      state.told[lane] = state.partial
      (state.lane, state.rank, state.partial) = ((lane + 1) % JobQueue.laneNames.count, 0, LaneDepth())
      return true
    }
  }
}
