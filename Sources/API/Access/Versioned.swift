import Shared

/// A record as it was at an epoch, which each of its changes increases.
struct Versioned<Record: Sendable>: Sendable {
  var record: Record
  var epoch: Int
}
