/// Whether a model must, may or must not call functions: a request's `tool_choice`.
public enum ToolChoice: Sendable, Hashable {
  case auto
  case none
  /// At least one of any.
  case required
  case function(String)

  /// Reads OpenAI's form; nil for one that Sluice does not know, such as `allowed_tools`.
  public init?(_ json: JSONValue) {
    switch json {
    case "auto": self = .auto
    case "none": self = .none
    case "required": self = .required
    default:
      guard json["type"]?.string == "function", let name = json["function"]?["name"]?.string else {
        return nil
      }
      self = .function(name)
    }
  }
}
