import OrderedCollections

/// Gemini's own schemas, a part of OpenAPI 3.0 (https://ai.google.dev/api/caching#Schema), as JSON Schema.
enum GeminiSchema {
  static func jsonSchema(_ json: JSONValue) -> JSONValue {
    guard case .object(let members) = json else { return json }
    var schema = JSONObject(minimumCapacity: members.count)
    for (name, value) in members {
      switch name {
      // Only Gemini's.
      case "nullable", "propertyOrdering", "example": continue
      case "type": schema[name] = type(value, isNullable: members["nullable"]?.bool == true)
      case "properties":
        schema[name] = .object((value.object ?? [:]).mapValues(jsonSchema))
      case "items", "additionalProperties": schema[name] = jsonSchema(value)
      case "anyOf", "prefixItems": schema[name] = .array((value.array ?? []).map(jsonSchema))
      // 64-bit numbers come as text.
      case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
        schema[name] = value.string.flatMap { Int64($0) }.map(JSONValue.integer) ?? value
      // `format: enum` says no more than `enum` does.
      case "format": if value != "enum" { schema[name] = value }
      default: schema[name] = value
      }
    }
    return .object(schema)
  }

  private static func type(_ json: JSONValue, isNullable: Bool) -> JSONValue {
    guard let name = json.string else { return json }
    let type = JSONValue.string(name.lowercased())
    return isNullable ? [type, "null"] : type
  }
}
