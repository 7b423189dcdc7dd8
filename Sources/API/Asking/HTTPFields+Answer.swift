import HTTPTypes
import Shared

extension HTTPFields {
  /// Who answered, how many were asked, and what of the client's wishes was left out.
  mutating func set(_ result: StoredResult) {
    self[.sluiceProvider] = result.provider
    self[.sluiceAttempts] = String(result.attempts)
    setDropped(result.dropped)
  }

  /// The same of an answer that has begun to come, by its first piece.
  mutating func setTarget(of events: [JobEvent]) {
    for case .delta(let delta) in events.map(\.kind) {
      self[.sluiceProvider] = delta.target?.provider
      self[.sluiceAttempts] = delta.attempts.map { String($0) }
      setDropped(delta.dropped)
      return
    }
  }

  mutating func setDropped(_ names: [String]) {
    if !names.isEmpty { self[.sluiceDropped] = names.joined(separator: ",") }
  }
}
