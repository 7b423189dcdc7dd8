import Shared
import Synchronization

/// Counts the requests to the providers.
final class Tally: Sendable {
  private struct Counts {
    var inFlight = 0
    /// Since the start or the last reset.
    var total = 0
    var providers: [SimulatedProvider: Int] = [:]
  }

  /// A request under way: it is as long as somebody holds this, so that no way out of a request, a failed
  /// write among them, can leave it counted.
  final class Ticket: Sendable {
    let number: Int
    private let tally: Tally

    fileprivate init(number: Int, tally: Tally) {
      self.number = number
      self.tally = tally
    }

    deinit { tally.counts.withLock { $0.inFlight -= 1 } }
  }

  private let counts = Mutex(Counts())

  func begin(_ provider: SimulatedProvider) -> Ticket {
    let number = counts.withLock { counts in
      counts.inFlight += 1
      counts.total += 1
      counts.providers[provider, default: 0] += 1
      return counts.total
    }
    return Ticket(number: number, tally: self)
  }

  /// Forgets what was, but not what is under way.
  func reset() {
    counts.withLock { counts in
      counts.total = 0
      counts.providers = [:]
    }
  }

  var json: JSONValue {
    counts.withLock { counts in
      var providers: JSONObject = [:]
      for provider in SimulatedProvider.allCases {
        providers[provider.rawValue] = .integer(Int64(counts.providers[provider] ?? 0))
      }
      return [
        "total": .integer(Int64(counts.total)), "in_flight": .integer(Int64(counts.inFlight)),
        "providers": .object(providers),
      ]
    }
  }
}
