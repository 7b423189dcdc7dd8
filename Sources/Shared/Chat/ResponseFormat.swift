/// The form that an answer must have: a request's `response_format`.
public enum ResponseFormat: Sendable, Hashable {
  case text
  /// Any JSON object.
  case jsonObject
  case jsonSchema(name: String, schema: JSONValue)

  /// Reads OpenAI's form; nil for one that Sluice does not know.
  public init?(_ json: JSONValue) {
    switch json["type"]?.string {
    case "text": self = .text
    case "json_object": self = .jsonObject
    case "json_schema":
      guard let name = json["json_schema"]?["name"]?.string else { return nil }
      self = .jsonSchema(name: name, schema: json["json_schema"]?["schema"] ?? ["type": "object"])
    default: return nil
    }
  }
}
