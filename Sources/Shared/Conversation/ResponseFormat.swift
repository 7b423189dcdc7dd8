public import OrderedCollections

/// The form that an answer must have.
public enum ResponseFormat: Sendable, Hashable {
  case text
  /// Any JSON object.
  case jsonObject
  case jsonSchema(JSONSchema)
  /// Another form, in the words of its conversation's dialect.
  case other(JSONValue)

  /// A schema that an answer must fulfil.
  public struct JSONSchema: Sendable, Hashable {
    public var name: String
    /// Nil for any object.
    public var schema: JSONValue?
    /// Members that only the dialect of its conversation knows, such as `strict`.
    public var extras: JSONObject

    public init(name: String, schema: JSONValue?, extras: JSONObject = [:]) {
      self.name = name
      self.schema = schema
      self.extras = extras
    }
  }
}
