import Foundation

/// How many mixtures are tried of each dialect: a few in every test run, `SLUICE_MIXTURES` in `make mixtures`. Their
/// seeds count from `SLUICE_MIXTURES_FROM`, 0 where it is not set, so that one that failed can be tried alone.
struct MixtureScale: Sendable {
  private let count: UInt64
  private let first: UInt64

  static let current = MixtureScale(ProcessInfo.processInfo.environment)

  init(_ environment: [String: String]) {
    count = environment["SLUICE_MIXTURES"].flatMap(UInt64.init) ?? 40
    first = environment["SLUICE_MIXTURES_FROM"].flatMap(UInt64.init) ?? 0
  }

  /// The seeds of mixtures that share a set of processes: more of them would make a configuration that nobody has.
  var batches: [[UInt64]] {
    stride(from: 0, to: count, by: 50).map { start in
      (start..<min(start + 50, count)).map { first &+ $0 }
    }
  }
}
