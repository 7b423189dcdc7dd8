import Shared

/// The body of `POST /v1/responses`. Members that Sluice does not know go to a provider that speaks Responses as they are.
struct ResponsesBody: Sendable {
  var model = ""
  var input = ResponsesInput("")
  var instructions: [Turn] = []
  var stream = false
  var store = true
  var background = false
  var metadata: JSONObject = [:]
  var others: JSONObject = [:]

  /// `sent` has the members as they were sent.
  func conversation(_ sent: JSONObject) -> Conversation {
    ResponsesRequestReader.conversation(model: model, input, instructions: instructions, sent)
  }
}

extension ResponsesBody {
  static let schema = BodySchema(
    startingFrom: ResponsesBody(), others: \ResponsesBody.others,
    [
      Field(
        "model", \.model, .text(length: 1...256), required: true, example: "default",
        "Who is asked: a route's name, `provider/model`, or a model's name."),
      Field(
        "input", \.input, .responsesInput, required: true, example: "Why is the sky blue?",
        "A text, or items: messages, calls and their outputs, reasoning."),
      Field(
        "instructions", \.instructions, .responsesInstructions,
        "What goes before the input, as the system's word."),
      Field(
        checking: "max_output_tokens", .integer(in: 1...Int(Int32.max)),
        "The longest answer, in tokens, thoughts counted."),
      Field(
        checking: "max_tool_calls", .integer(in: 1...Int(Int32.max)),
        "How often tools of the provider's own may be called."),
      Field(checking: "temperature", .number(in: 0...2), "How freely the model chooses its words."),
      Field(checking: "top_p", .number(in: 0...1), "The share of likely words from which the model chooses."),
      Field(checking: "top_logprobs", .integer(in: 0...20), "How many likely words to tell beside each."),
      Field(
        checking: "tools", .array(of: .responsesTool, count: 0...1024),
        "What the model may ask to be called: `function`, `custom`, `namespace`, and what only OpenAI runs."),
      Field(checking: "tool_choice", .nameOrObject, "Whether it must, may or must not call something."),
      Field(checking: "parallel_tool_calls", .flag(), "Whether it may call several at once."),
      Field(
        checking: "text", .responsesText, "`format` of the answer, such as a JSON schema, and `verbosity`."),
      Field(checking: "reasoning", .anyObject, "`effort` and `summary` of the model's thoughts."),
      Field(
        checking: "include", .array(of: .text(length: 1...128), count: 0...32),
        "What more is told, such as `message.output_text.logprobs`."),
      Field(checking: "truncation", .text(length: 1...32), "`auto` or `disabled`."),
      Field(checking: "service_tier", .text(length: 1...32), "`flex` waits in the lane `batch`."),
      Field(
        checking: "safety_identifier", .text(length: 0...128), "The client's user, told to the provider."),
      Field(
        checking: "prompt_cache_key", .text(length: 0...1024), "What requests of one prompt have in common."),
      Field("stream", \.stream, .flag(), "Whether the answer comes as server-sent events."),
      Field(checking: "stream_options", .anyObject, "Taken, and of no effect: no event is padded."),
      Field("store", \.store, .flag(), "Whether the response is kept, to be read again and gone on from."),
      Field(
        "background", \.background, .flag(),
        "Whether to answer at once; the client comes back for the response."),
      Field(
        checking: "previous_response_id", .text(length: 0...256),
        "The kept response to go on from: what was said until then goes before the input."),
      Field(
        checking: "conversation", .nameOrObject.also { $0.conversationID == nil ? withoutID : nil },
        "The conversation in which it is asked: an id, or an object with an `id`. What was said in it goes before the input."
      ),
      Field(
        "metadata", \.metadata, .pairs(most: 16, nameLength: 64, valueLength: 512),
        "Kept with the job, and returned with it."),
      // It would change the answer's meaning; what else is not known goes along.
      Field(refusing: "n"),
    ])

  private static let withoutID = ValidationFault.refused("Input should be an id, or an object with an 'id'")
}

extension JSONValue {
  /// The id that the member `conversation` has.
  var conversationID: String? { string ?? self["id"]?.string }
}

extension ValueRule where Value == ResponsesInput {
  /// A text or items.
  fileprivate static var responsesInput: ValueRule {
    ValueRule(
      schema: ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "object"]]]],
      read: { json, errors in
        let input = ResponsesInput(json)
        for fault in input.faults { errors.add(fault) }
        return input.faults.isEmpty ? input : nil
      },
      write: { _ in .null })
  }
}

extension ValueRule where Value == [Turn] {
  fileprivate static var responsesInstructions: ValueRule {
    ValueRule(
      schema: ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "object"]]]],
      read: { json, errors in
        let (turns, faults) = ResponsesInput.instructions(json)
        for fault in faults { errors.add(fault) }
        return faults.isEmpty ? turns : nil
      },
      write: { _ in .null })
  }
}

extension ValueRule where Value == JSONValue {
  /// One of `tools`. What stands for the client's own code needs a name that every provider takes.
  fileprivate static var responsesTool: ValueRule {
    typedObject.checked { tool, errors in checkName(of: tool, &errors) }
  }

  private static func checkName(of tool: JSONValue, _ errors: inout ValidationErrors) {
    guard let type = tool["type"]?.string, ["function", "custom", "namespace"].contains(type) else { return }
    guard let name = tool["name"] else { return errors.add(.missing, at: ["name"]) }
    let known = errors.issues.count
    _ = ValueRule<String>.functionName.read(name, &errors)
    errors.locate(under: "name", since: known)
    guard type == "namespace" else { return }
    for (index, tool) in (tool["tools"]?.array ?? []).enumerated() {
      let known = errors.issues.count
      checkName(of: tool, &errors)
      errors.locate(under: .index(index), since: known)
      errors.locate(under: "tools", since: known)
    }
  }

  /// `text` with a `format` that says what it is.
  fileprivate static var responsesText: ValueRule {
    anyObject.checked { text, errors in
      guard let format = text["format"], !format.isNull else { return }
      guard let type = format["type"]?.string else { return errors.add(.missing, at: ["format", "type"]) }
      guard type == "json_schema" else { return }
      if format["name"]?.string == nil { errors.add(.missing, at: ["format", "name"]) }
      if format["schema"]?.object == nil { errors.add(.missing, at: ["format", "schema"]) }
    }
  }
}
