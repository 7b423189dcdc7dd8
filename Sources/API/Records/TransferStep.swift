import Shared

/// What becomes of one record that is brought.
struct TransferStep: Sendable {
  enum Outcome: String, Sendable {
    case created, replaced
    /// There is one, which stays as it is.
    case kept
  }

  let entry: TransferEntry
  let outcome: Outcome
  /// Of the record that is there.
  let epoch: Int
  /// The record that is there, without digests; nil where there is none.
  let before: JSONValue?

  var json: JSONValue {
    [
      "kind": entry.isKey ? "key" : "tenant", "id": .string(entry.id), "outcome": .string(outcome.rawValue),
    ]
  }
}
