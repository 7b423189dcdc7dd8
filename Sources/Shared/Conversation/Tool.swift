public import OrderedCollections

/// Something that a model may ask to be called.
public enum Tool: Sendable, Hashable {
  case function(FunctionTool)
  /// A tool whose input is any text, or one of a grammar. OpenAI's chat has its own as ``other(_:)``.
  case custom(CustomTool)
  /// Functions under a name of their own.
  case namespace(ToolNamespace)
  /// A tool of another kind, in the form of its conversation's dialect, such as one that only its provider can run.
  case other(JSONValue)

  /// A rough size in bytes.
  var size: Int {
    switch self {
    case .function(let function): function.size
    case .custom(let tool): tool.size
    case .namespace(let space): space.size
    case .other(let json): json.serialized().readableBytes
    }
  }
}

/// A function of the client's.
public struct FunctionTool: Sendable, Hashable {
  public var name: String
  public var description: String?
  /// A JSON Schema of its arguments; nil for a function without any.
  public var parameters: JSONValue?
  /// Nil where the client does not say.
  public var isStrict: Bool?
  /// Members that only the dialect of its conversation knows, such as `cache_control`.
  public var extras: JSONObject

  public init(
    name: String, description: String? = nil, parameters: JSONValue? = nil, isStrict: Bool? = nil,
    extras: JSONObject = [:]
  ) {
    self.name = name
    self.description = description
    self.parameters = parameters
    self.isStrict = isStrict
    self.extras = extras
  }

  var size: Int {
    name.utf8.count + (description?.utf8.count ?? 0) + (parameters?.serialized().readableBytes ?? 0)
      + extras.size
  }
}
