import Shared

/// What Gemini demands of a `Schema` beyond its fields: the traps into which schemas of OpenAI's kind fall.
enum GeminiSchemaRules {
  static func check(_ schema: JSONValue, at place: String) throws(Refusal) {
    let type = schema["type"]?.string?.uppercased()
    if type == "OBJECT", schema["properties"]?.object?.isEmpty ?? true {
      throw fault("\(place).properties", "should be non-empty for OBJECT type")
    }
    if type == "ARRAY", schema.present("items") == nil { throw fault("\(place).items", "missing field.") }
    if schema.present("enum") != nil, type != "STRING" {
      throw fault("\(place).enum", "only allowed for STRING type")
    }
    if type == "STRING", let format = schema["format"]?.string, format != "enum", format != "date-time" {
      throw fault("\(place).format", "only 'enum' and 'date-time' are supported for STRING type")
    }
    let properties = schema["properties"]?.object ?? [:]
    for (index, name) in (schema["required"]?.array ?? []).compactMap(\.string).enumerated()
    where properties[name] == nil {
      throw fault("\(place).required[\(index)]", "property is not defined")
    }
    for (name, property) in properties { try check(property, at: "\(place).properties[\(name)]") }
    if let items = schema.present("items") { try check(items, at: "\(place).items") }
    for (index, option) in (schema["anyOf"]?.array ?? []).enumerated() {
      try check(option, at: "\(place).any_of[\(index)]")
    }
  }

  private static func fault(_ place: String, _ message: String) -> Refusal {
    .invalid("* GenerateContentRequest.\(place): \(message)\n")
  }
}
