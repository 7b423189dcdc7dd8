/// Which server the majority of sentinels names as the master: a state machine without I/O.
///
/// A sentinel that was cut off from the others may name a server that is none any more, so one alone is not believed,
/// and those that do not answer count against everyone.
struct SentinelElection {
  enum Answer: Sendable, Hashable {
    case named(RedisConfiguration.Address)
    /// It knows no master of this name.
    case unknown
    case failed(RedisError)
  }

  enum Outcome: Equatable {
    case master(RedisConfiguration.Address)
    /// The majority knows no master of this name.
    case unknown
    /// No majority can come about any more.
    case undecided
  }

  let sentinels: Int
  private var votes: [RedisConfiguration.Address: Int] = [:]
  private var unknown = 0
  private(set) var failures: [RedisError] = []
  private var counted = 0

  /// `sentinels` is how many there are, not how many answer.
  init(sentinels: Int) { self.sentinels = sentinels }

  /// As many as must agree.
  var majority: Int { sentinels / 2 + 1 }

  mutating func count(_ answer: Answer) {
    counted += 1
    switch answer {
    case .named(let address): votes[address, default: 0] += 1
    case .unknown: unknown += 1
    case .failed(let error): failures.append(error)
    }
  }

  /// Nil while it is open.
  var outcome: Outcome? {
    if let (address, count) = votes.max(by: { $0.value < $1.value }), count >= majority {
      return .master(address)
    }
    if unknown >= majority { return .unknown }
    let best = max(votes.values.max() ?? 0, unknown)
    return best + sentinels - counted < majority ? .undecided : nil
  }

  /// Why there is no majority, for people.
  var disagreement: String {
    let named = votes.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }
      .map { "\($0.value) name\($0.value == 1 ? "s" : "") \($0.key)" }
    let others = unknown == 0 ? [] : ["\(unknown) know\(unknown == 1 ? "s" : "") no such master"]
    let silent = failures.map { "\($0)" }.sorted()
    return "\(majority) of \(sentinels) sentinels must name the same master: "
      + (named + others + silent).joined(separator: "; ")
  }
}
