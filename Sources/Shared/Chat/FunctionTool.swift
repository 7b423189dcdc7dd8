/// A function that a model may ask to be called, as a request's `tools` declare it.
public struct FunctionTool: Sendable, Hashable {
  public var name: String
  public var description: String?
  /// A JSON Schema of its arguments; nil for a function without any.
  public var parameters: JSONValue?
  public var isStrict: Bool

  /// Reads one of `tools` in OpenAI's form; nil when it is no function.
  public init?(_ json: JSONValue) {
    guard json["type"]?.string == "function", let function = json["function"],
      let name = function["name"]?.string
    else { return nil }
    self.name = name
    description = function["description"]?.string
    parameters = function["parameters"]?.isNull == true ? .none : function["parameters"]
    isStrict = function["strict"]?.bool ?? false
  }
}
