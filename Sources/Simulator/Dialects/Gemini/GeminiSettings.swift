import Shared

/// Reads `generationConfig`.
struct GeminiSettings {
  private(set) var maxTokens: Int?
  private(set) var stopSequences: [String] = []
  private(set) var seed: Int64?
  private(set) var format = ChatCall.Format.text

  private static let mimeTypes = [
    "text/plain", "application/json", "application/xml", "application/yaml", "text/x.enum",
  ]

  static func read(_ config: JSONValue, model: String) throws(Refusal) -> GeminiSettings {
    var settings = GeminiSettings()
    if let limit = config["maxOutputTokens"]?.integer {
      guard limit >= 1 else { throw fault("max_output_tokens", "max_output_tokens must be positive.") }
      settings.maxTokens = Int(limit)
    }
    try checkRange("temperature", config["temperature"], 0...2)
    try checkRange("top_p", config["topP"], 0...1)
    settings.stopSequences = (config["stopSequences"]?.array ?? []).compactMap(\.string).filter { $0 != "" }
    guard settings.stopSequences.count <= 5 else {
      throw fault("stop_sequences", "at most 5 stop sequences are allowed")
    }
    settings.seed = config["seed"]?.integer
    if config["responseLogprobs"] == true || config.present("logprobs") != nil {
      throw .invalid("Logprobs is not enabled for models/\(model)")
    }
    settings.format = try format(config)
    return settings
  }

  private static func format(_ config: JSONValue) throws(Refusal) -> ChatCall.Format {
    let type = config["responseMimeType"]?.string ?? "text/plain"
    guard mimeTypes.contains(type) else {
      let list = mimeTypes.dropLast().map { "`\($0)`" }.joined(separator: ", ")
      throw fault("response_mime_type", "allowed mimetypes are \(list) and `text/x.enum`.")
    }
    let schema = config.present("responseSchema")
    let jsonSchema = config.present("responseJsonSchema")
    if schema != nil, jsonSchema != nil {
      throw fault("response_schema", "only one of response_schema and response_json_schema may be set.")
    }
    if schema != nil || jsonSchema != nil, type != "application/json", type != "text/x.enum" {
      throw fault(
        "response_mime_type", "response_schema is only allowed with the mime type `application/json`.")
    }
    if let schema { try GeminiSchemaRules.check(schema, at: "generation_config.response_schema") }
    return type == "application/json" ? .json(schema: schema ?? jsonSchema) : .text
  }

  private static func checkRange(
    _ name: String, _ value: JSONValue?, _ range: ClosedRange<Double>
  ) throws(Refusal) {
    guard let number = value?.double, !range.contains(number) else { return }
    throw fault(name, "\(name) must be in the range [\(range.lowerBound), \(range.upperBound)].")
  }

  private static func fault(_ name: String, _ message: String) -> Refusal {
    .invalid("* GenerateContentRequest.generation_config.\(name): \(message)\n")
  }
}
