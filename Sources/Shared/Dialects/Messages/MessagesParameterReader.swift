import OrderedCollections

/// Reads how an answer shall be made from a request in Anthropic's form.
enum MessagesParameterReader {
  static func parameters(_ members: JSONObject, isCount: Bool) throws(InputFault) -> Parameters {
    var parameters = Parameters()
    parameters.maxTokens = try integer("max_tokens", members, 0...Int(Int32.max))
    guard isCount || parameters.maxTokens != nil else {
      throw InputFault.missing(.name("max_tokens"))
    }
    parameters.temperature = try number("temperature", members)
    parameters.topP = try number("top_p", members)
    parameters.topK = try integer("top_k", members, 0...Int(Int32.max))
    parameters.stop = try stop(members["stop_sequences"])
    parameters.user = try InputFault.within("metadata") { () throws(InputFault) in
      try user(members["metadata"])
    }
    try InputFault.within("thinking") { () throws(InputFault) in
      try readThinking(members["thinking"], &parameters)
    }
    try InputFault.within("output_config") { () throws(InputFault) in
      try readOutput(members["output_config"], &parameters)
    }
    if parameters.responseFormat == nil {
      // Where it stood before.
      parameters.responseFormat = try InputFault.within("output_format") { () throws(InputFault) in
        try format(members["output_format"])
      }
    }
    return parameters
  }

  private static func integer(
    _ name: String, _ members: JSONObject, _ range: ClosedRange<Int>
  ) throws(InputFault) -> Int? {
    guard let json = members[name] else { return nil }
    guard let number = json.integer else {
      throw InputFault("Input should be a valid integer", at: .name(name))
    }
    guard number >= range.lowerBound else {
      throw InputFault(
        "Input should be greater than or equal to \(range.lowerBound)", at: .name(name))
    }
    guard number <= range.upperBound else {
      throw InputFault("Input should be less than or equal to \(range.upperBound)", at: .name(name))
    }
    return Int(number)
  }

  private static func number(_ name: String, _ members: JSONObject) throws(InputFault) -> Double? {
    guard let json = members[name] else { return nil }
    guard let number = json.double else {
      throw InputFault("Input should be a valid number", at: .name(name))
    }
    guard (0...1).contains(number) else { throw InputFault("range: 0..1", at: .name(name)) }
    return number
  }

  private static func stop(_ json: JSONValue?) throws(InputFault) -> [String] {
    guard let json else { return [] }
    return try InputFault.within("stop_sequences") { () throws(InputFault) in
      guard case .array(let elements) = json else { throw InputFault("Input should be a valid array") }
      return try InputFault.each(elements) { (element) throws(InputFault) in
        guard let text = element.string else { throw InputFault("Input should be a valid string") }
        guard text.contains(where: { !$0.isWhitespace }) else {
          throw InputFault("each stop sequence must contain non-whitespace")
        }
        return text
      }
    }
  }

  private static func user(_ json: JSONValue?) throws(InputFault) -> String? {
    guard let json else { return nil }
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    guard let user = members["user_id"], !user.isNull else { return nil }
    guard let name = user.string else {
      throw InputFault("Input should be a valid string", at: .name("user_id"))
    }
    return name
  }

  // MARK: - Thoughts and form

  /// A budget below 1,024 or above `max_tokens` is no fault here: other models have other bounds, and for Anthropic it is
  /// made to fit.
  private static func readThinking(
    _ json: JSONValue?, _ parameters: inout Parameters
  ) throws(InputFault) {
    guard let json else { return }
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    switch members["type"]?.string {
    case "enabled":
      guard let budget = members["budget_tokens"] else {
        throw InputFault.missing(.name("enabled"), .name("budget_tokens"))
      }
      guard let count = budget.integer, count >= 0 else {
        throw InputFault("Input should be a valid integer", at: .name("enabled"), .name("budget_tokens"))
      }
      parameters.thinking = .enabled(budget: Int(clamping: count))
    case "adaptive", "between_tools": parameters.thinking = .adaptive
    case "disabled": parameters.thinking = .disabled
    case let word:
      throw InputFault(
        "Input tag '\((word ?? "").prefix(64))' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'"
      )
    }
    if parameters.thinking != .disabled { parameters.showsThoughts = members["display"] != "omitted" }
  }

  private static func readOutput(_ json: JSONValue?, _ parameters: inout Parameters) throws(InputFault) {
    guard let json else { return }
    guard case .object(let members) = json else { throw InputFault("Input should be a valid object") }
    if let effort = members["effort"], !effort.isNull {
      guard let word = effort.string else {
        throw InputFault("Input should be a valid string", at: .name("effort"))
      }
      parameters.effort = word
    }
    parameters.responseFormat = try InputFault.within("format") { () throws(InputFault) in
      try format(members["format"])
    }
  }

  private static func format(_ json: JSONValue?) throws(InputFault) -> ResponseFormat? {
    guard let json, !json.isNull else { return nil }
    guard json["type"] == "json_schema" else { throw InputFault("Input should be of type 'json_schema'") }
    guard let schema = json["schema"], schema.object != nil else {
      throw InputFault("Input should be a valid object", at: .name("schema"))
    }
    return .jsonSchema(ResponseFormat.JSONSchema(name: "answer", schema: schema))
  }
}
