import Shared
import Synchronization

/// Counts the requests to the providers.
final class Tally: Sendable {
  private struct Counts: Sendable {
    var inFlight = 0
    /// Since the start or the last reset.
    var total = 0
    /// The part of them whose client closed the connection before it had its answer.
    var aborted = 0
  }

  /// A request under way: it is as long as somebody holds this, so that no way out of a request, a failed
  /// write among them, can leave it counted.
  final class Ticket: Sendable {
    let number: Int
    private let provider: SimulatedProvider
    private let tally: Tally
    private let onEnd: @Sendable () -> Void

    fileprivate init(
      number: Int, _ provider: SimulatedProvider, _ tally: Tally, onEnd: @escaping @Sendable () -> Void
    ) {
      self.number = number
      self.provider = provider
      self.tally = tally
      self.onEnd = onEnd
    }

    deinit {
      tally.state.withLock { $0.counts[provider, default: Counts()].inFlight -= 1 }
      onEnd()
    }
  }

  private struct State {
    var counts: [SimulatedProvider: Counts] = [:]
    /// Never reset: ids of answers come from it.
    var number = 0
  }

  private let state = Mutex(State())

  /// `onEnd` is called when the request has ended, in whatever way.
  func begin(_ provider: SimulatedProvider, onEnd: @escaping @Sendable () -> Void) -> Ticket {
    let number = state.withLock { state in
      state.counts[provider, default: Counts()].inFlight += 1
      state.counts[provider, default: Counts()].total += 1
      state.number += 1
      return state.number
    }
    return Ticket(number: number, provider, self, onEnd: onEnd)
  }

  /// A client went before it had its answer.
  func abort(_ provider: SimulatedProvider) {
    state.withLock { $0.counts[provider, default: Counts()].aborted += 1 }
  }

  /// Forgets what was, but not what is under way.
  func reset() {
    state.withLock { state in
      for provider in state.counts.keys {
        state.counts[provider]?.total = 0
        state.counts[provider]?.aborted = 0
      }
    }
  }

  /// The counts of all, and below `providers` of each.
  var json: JSONValue {
    let counts = state.withLock { $0.counts }
    var sum = Counts()
    var providers: JSONObject = [:]
    for provider in SimulatedProvider.allCases {
      let own = counts[provider] ?? Counts()
      sum.inFlight += own.inFlight
      sum.total += own.total
      sum.aborted += own.aborted
      providers[provider.rawValue] = .object(Self.json(own))
    }
    var json = Self.json(sum)
    json["providers"] = .object(providers)
    return .object(json)
  }

  private static func json(_ counts: Counts) -> JSONObject {
    [
      "total": .integer(Int64(counts.total)), "in_flight": .integer(Int64(counts.inFlight)),
      "aborted": .integer(Int64(counts.aborted)),
    ]
  }
}
