/// What a migration cannot carry over as it was.
struct LiteLLMFinding: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable {
    /// It has no counterpart, or none that this program can find.
    case left = "not taken over"
    /// It was taken over, and means something else here.
    case changed = "means something else"
  }

  let kind: Kind
  /// Where it stands in LiteLLM's files.
  let place: String
  /// Why, and what to do.
  let reason: String
}
