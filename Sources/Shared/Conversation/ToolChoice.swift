/// Whether a model must, may or must not call something.
public enum ToolChoice: Sendable, Hashable {
  case auto
  case none
  /// At least one of any.
  case required
  case function(String)
  /// Another wish, in the form of its conversation's dialect.
  case other(JSONValue)
}
