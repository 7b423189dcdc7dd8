import Shared

/// What OpenAI demands of a schema that is to be kept strictly
/// (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas).
struct OpenAIStrictSchema {
  /// Said before what is wrong.
  private let subject: String
  private let parameter: String
  private let code: String?

  static func check(
    _ schema: JSONValue, subject: String, parameter: String, code: String?
  ) throws(Refusal) {
    let checker = OpenAIStrictSchema(subject: subject, parameter: parameter, code: code)
    guard schema["type"] == "object" else {
      throw checker.fault([], "schema must be a JSON Schema of 'type: \"object\"'.")
    }
    try checker.check(schema, [])
  }

  private func check(_ schema: JSONValue, _ context: [String]) throws(Refusal) {
    if schema["type"] == "object" || schema["properties"] != nil {
      guard schema["additionalProperties"] == false else {
        throw fault(context, "'additionalProperties' is required to be supplied and to be false.")
      }
      let required = (schema["required"]?.array ?? []).compactMap(\.string)
      for name in schema["properties"]?.object?.keys ?? [] where !required.contains(name) {
        throw fault(
          context,
          "'required' is required to be supplied and to be an array including every key in properties. "
            + "Missing '\(name)'.")
      }
    }
    for keyword in ["properties", "$defs", "definitions"] {
      for (name, value) in schema[keyword]?.object ?? [:] { try check(value, context + [keyword, name]) }
    }
    if let items = schema["items"] { try check(items, context + ["items"]) }
    for (index, option) in (schema["anyOf"]?.array ?? []).enumerated() {
      try check(option, context + ["anyOf", String(index)])
    }
  }

  private func fault(_ context: [String], _ message: String) -> Refusal {
    let places = context.map { "'\($0)'" }.joined(separator: ", ")
    return .invalid("\(subject)In context=(\(places)), \(message)", parameter: parameter, code: code)
  }
}
