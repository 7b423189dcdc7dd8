public import OrderedCollections

/// A tool of the client's whose input is a text (https://platform.openai.com/docs/guides/function-calling#custom-tools).
public struct CustomTool: Sendable, Hashable {
  public var name: String
  public var description: String?
  /// `{"type": "text"}`, or `{"type": "grammar", "syntax": "lark" | "regex", "definition": …}`; nil for any text.
  public var format: JSONValue?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(name: String, description: String? = nil, format: JSONValue? = nil, extras: JSONObject = [:]) {
    self.name = name
    self.description = description
    self.format = format
    self.extras = extras
  }

  var size: Int {
    name.utf8.count + (description?.utf8.count ?? 0) + (format?.serialized().readableBytes ?? 0) + extras.size
  }
}
