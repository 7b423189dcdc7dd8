import OrderedCollections

/// Reads `generationConfig` (https://ai.google.dev/api/generate-content#v1beta.GenerationConfig).
enum GeminiConfigurationReader {
  /// Returns what Gemini is to get again as it came: what is not read, and the forms of thoughts and answers, of which
  /// others get a translation.
  static func read(
    _ json: JSONValue?, _ parameters: inout Parameters
  ) throws(InputFault) -> JSONObject {
    guard let json else { return [:] }
    guard case .object(let members) = json else {
      throw InputFault("Input should be an object", at: .name("generationConfig"))
    }
    do throws(InputFault) {
      parameters.maxTokens = try integer("maxOutputTokens", members, 1...Int64(Int32.max)).map { Int($0) }
      parameters.temperature = try number("temperature", members, 0...2)
      parameters.topP = try number("topP", members, 0...1)
      parameters.topK = try number("topK", members, 0...1_000_000).map { Int($0) }
      parameters.presencePenalty = try number("presencePenalty", members, -2...2)
      parameters.frequencyPenalty = try number("frequencyPenalty", members, -2...2)
      parameters.seed = try integer("seed", members, Int64(Int32.min)...Int64(Int32.max))
      parameters.stop = try stop(members["stopSequences"])
      if let count = try integer("candidateCount", members, 0...8), count > 1 {
        throw InputFault(
          "Only one candidate is made; leave it out, or say 1", at: .name("candidateCount"))
      }
      try readFormat(members, &parameters)
      readThinking(members["thinkingConfig"], &parameters)
    } catch { throw error.inside(.name("generationConfig")) }
    return members.without(
      "maxOutputTokens", "temperature", "topP", "topK", "presencePenalty", "frequencyPenalty", "seed",
      "stopSequences", "candidateCount")
  }

  private static func integer(
    _ name: String, _ members: JSONObject, _ range: ClosedRange<Int64>
  ) throws(InputFault) -> Int64? {
    guard let json = members[name] else { return nil }
    // 64-bit numbers may come as text.
    guard let value = json.integer ?? json.string.flatMap({ Int64($0) }), range.contains(value) else {
      throw InputFault(
        "Input should be an integer from \(range.lowerBound) to \(range.upperBound)", at: .name(name))
    }
    return value
  }

  private static func number(
    _ name: String, _ members: JSONObject, _ range: ClosedRange<Double>
  ) throws(InputFault) -> Double? {
    guard let json = members[name] else { return nil }
    guard let value = json.double, range.contains(value) else {
      let (least, most) = (JSONValue.double(range.lowerBound), JSONValue.double(range.upperBound))
      throw InputFault("Input should be a number from \(least) to \(most)", at: .name(name))
    }
    return value
  }

  private static func stop(_ json: JSONValue?) throws(InputFault) -> [String] {
    guard let json else { return [] }
    let texts = json.array?.compactMap(\.string) ?? []
    guard texts.count == json.array?.count, texts.count <= 16, texts.allSatisfy({ !$0.isEmpty }) else {
      throw InputFault("Input should be an array of up to 16 texts", at: .name("stopSequences"))
    }
    return texts
  }

  // MARK: - Form

  private static func readFormat(
    _ members: JSONObject, _ parameters: inout Parameters
  ) throws(InputFault) {
    for name in ["responseSchema", "responseJsonSchema"] where members[name] != nil {
      guard members[name]?.object != nil else {
        throw InputFault("Input should be an object", at: .name(name))
      }
    }
    let schema = members["responseJsonSchema"] ?? members["responseSchema"].map(GeminiSchema.jsonSchema)
    switch members["responseMimeType"]?.string {
    case nil, "text/plain", "": break
    case "application/json":
      parameters.responseFormat =
        schema.map { .jsonSchema(ResponseFormat.JSONSchema(name: "response", schema: $0)) } ?? .jsonObject
    case let type?: parameters.responseFormat = .other(.string(type))
    }
  }

  // MARK: - Thoughts

  private static func readThinking(_ json: JSONValue?, _ parameters: inout Parameters) {
    guard let json else { return }
    parameters.showsThoughts = json["includeThoughts"]?.bool
    if let level = json["thinkingLevel"]?.string?.lowercased(), level != "thinking_level_unspecified" {
      parameters.effort = level
      parameters.thinking = .adaptive
    } else if let budget = json["thinkingBudget"]?.integer {
      switch budget {
      case 0: (parameters.thinking, parameters.effort) = (.disabled, "none")
      // As much as the model finds right.
      case ..<0: parameters.thinking = .adaptive
      default:
        parameters.thinking = .enabled(budget: Int(budget))
        parameters.effort = effort(budget)
      }
    }
  }

  /// The opposite of how an effort is told to models that are told a number of tokens.
  private static func effort(_ budget: Int64) -> String {
    switch budget {
    case ...1024: "low"
    case ...8192: "medium"
    default: "high"
    }
  }
}
