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
  /// What of the record is good no more, or not here.
  var remarks: [RecordFault] = []

  /// Whether a record is replaced that has other budgets.
  var changesBudgets: Bool {
    guard outcome == .replaced, let before else { return false }
    return ["budgets", "user_budgets"].contains { before[$0] != entry.shown[$0] }
  }

  /// A record's limits.
  static func limits(of record: JSONValue?) -> [Limit] {
    record?["limits"]?.array?.compactMap { try? Limit(json: $0) } ?? []
  }

  var json: JSONValue {
    var members: JSONObject = [
      "kind": entry.isKey ? "key" : "tenant", "id": .string(entry.id), "outcome": .string(outcome.rawValue),
    ]
    if !remarks.isEmpty, outcome != .kept {
      members["remarks"] = .array(remarks.map { .string("\($0.path): \($0.sentence)") })
    }
    return .object(members)
  }
}
