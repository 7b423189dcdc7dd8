/// Whether, and which, functions are to be called.
struct ToolChoice: Sendable, Equatable {
  enum Mode: Sendable {
    /// As the model likes.
    case auto
    case none
    /// One call at least.
    case required
  }

  var mode = Mode.auto
  /// The functions that may be called; nil for all.
  var allowed: [String]?
  /// Whether more than one may be called at once.
  var allowsParallel = true
}
