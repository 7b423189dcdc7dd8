import Synchronization

/// The commands of one event loop that wait to be acknowledged: those that come while a `WAIT` is under way leave
/// together behind it, so that no `WAIT` holds up more than one other.
///
/// Whoever comes first takes along what waits with him, and then appoints the next: no task is needed for it.
final class AcknowledgedLine: Sendable {
  struct Item: Sendable {
    /// Nil for one who only asks whether all is acknowledged that was written.
    let command: RedisCommand?
    let isCautious: Bool
  }

  typealias Outcome = Result<AcknowledgedClient.Reply, RedisError>

  private enum Turn: Sendable {
    case lead([Waiting])
    case over(Outcome)
  }

  private struct Waiting: Sendable {
    let item: Item
    let caller: CheckedContinuation<Turn, Never>
  }

  private struct State {
    var waiting: [Waiting] = []
    var isUnderWay = false
  }

  /// So many commands leave together at most: what one write takes stays within a command's time.
  private static let mostAtOnce = 32

  private let wait: ReplicaWait
  private let state = Mutex(State())

  init(wait: ReplicaWait) { self.wait = wait }

  func send(_ item: Item) async -> Outcome {
    let turn = await withCheckedContinuation { caller in
      let leads = state.withLock { state in
        state.waiting.append(Waiting(item: item, caller: caller))
        defer { state.isUnderWay = true }
        return !state.isUnderWay
      }
      if leads { appoint() }
    }
    switch turn {
    case .over(let outcome): return outcome
    case .lead(let others):
      let outcomes = await wait.send([item] + others.map(\.item))
      for (other, outcome) in zip(others, outcomes.dropFirst()) {
        other.caller.resume(returning: .over(outcome))
      }
      appoint()
      return outcomes[0]
    }
  }

  /// Lets the first of those who wait lead, if there is one.
  private func appoint() {
    let group = state.withLock { state in
      let group = Array(state.waiting.prefix(Self.mostAtOnce))
      state.waiting.removeFirst(group.count)
      state.isUnderWay = !group.isEmpty
      return group
    }
    group.first?.caller.resume(returning: .lead(Array(group.dropFirst())))
  }
}
