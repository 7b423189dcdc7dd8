import Shared

/// The body of `POST /v1/chat/completions`. Members that Sluice does not know go to the providers as they are.
struct ChatCompletionBody: Sendable {
  var model = ""
  var messages: [Turn] = []
  var maxTokens: Int?
  var maxCompletionTokens: Int?
  var temperature: Double?
  var topP: Double?
  var stop: [String] = []
  var seed: Int64?
  var count: Int?
  var tools: [JSONValue] = []
  var toolChoice: JSONValue?
  var responseFormat: JSONValue?
  var stream = false
  var streamOptions: JSONValue?
  var metadata: JSONObject = [:]
  var others: JSONObject = [:]

  /// Whether a last chunk shall tell the tokens.
  var includesUsage: Bool { streamOptions?["include_usage"]?.bool ?? false }

  var conversation: Conversation {
    var members = others
    if !tools.isEmpty { members["tools"] = .array(tools) }
    if let toolChoice { members["tool_choice"] = toolChoice }
    if let responseFormat { members["response_format"] = responseFormat }
    // Where the provider keeps the answer it is to be found by them. Without that OpenAI refuses them.
    if !metadata.isEmpty, members["store"]?.bool == true { members["metadata"] = .object(metadata) }
    var conversation = ChatRequestReader.conversation(model: model, turns: messages, members)
    conversation.parameters.maxTokens = maxCompletionTokens ?? maxTokens
    conversation.parameters.limitsCompletionTokens = maxCompletionTokens != nil
    conversation.parameters.temperature = temperature
    conversation.parameters.topP = topP
    conversation.parameters.stop = stop
    conversation.parameters.seed = seed
    return conversation
  }
}

extension ChatCompletionBody {
  static let schema = BodySchema(
    startingFrom: ChatCompletionBody(), others: \ChatCompletionBody.others,
    [
      Field(
        "model", \.model, .text(length: 1...256), required: true, example: "default",
        "Who is asked: a route's name, `provider/model`, or a model's name."),
      Field(
        "messages", \.messages, .chatMessages, required: true,
        example: [["role": "user", "content": "Why is the sky blue?"]],
        "The conversation: texts, images, tool calls and their results."),
      Field("max_tokens", \.maxTokens, .integer(in: 1...Int(Int32.max)), "The longest answer, in tokens."),
      Field(
        "max_completion_tokens", \.maxCompletionTokens, .integer(in: 1...Int(Int32.max)),
        "The same under its newer name, with thoughts counted."),
      Field("temperature", \.temperature, .number(in: 0...2), "How freely the model chooses its words."),
      Field("top_p", \.topP, .number(in: 0...1), "The share of likely words from which the model chooses."),
      Field(
        "stop", \.stop, .oneOrMany(of: .text(length: 1...1024), most: 4), "Texts at which the answer ends."),
      Field(
        "seed", \.seed, .integer(in: .min ... .max).described(by: ["format": "int64"]),
        "A number that makes the answer repeatable, where the provider can."),
      Field("n", \.count, .integer(in: 1...1), "How many answers: one."),
      Field(
        "tools", \.tools, .array(of: .tool, count: 0...128), "What the model may ask to be called."),
      Field(
        "tool_choice", \.toolChoice, .nameOrObject, "Whether it must, may or must not call something."),
      Field(
        "response_format", \.responseFormat, .typedObject.withoutNulls(under: ["json_schema"]),
        "The form of the answer, such as a JSON schema."),
      Field("stream", \.stream, .flag(), "Whether the answer comes as server-sent events."),
      Field("stream_options", \.streamOptions, .anyObject, "`include_usage` adds a chunk with the tokens."),
      Field(
        "metadata", \.metadata, .pairs(most: 16, nameLength: 64, valueLength: 512),
        "Kept with the job, and returned with it; with `store: true` it goes to providers of OpenAI's dialect, too."
      ),
    ])
}

extension ValueRule where Value == JSONValue {
  /// Any object.
  static var anyObject: ValueRule {
    ValueRule(
      schema: ["type": "object"],
      read: { json, errors in
        if json.object != nil { return json }
        errors.add(.notAnObject)
        return nil
      },
      write: { $0 })
  }

  /// An object that says what it is.
  static var typedObject: ValueRule {
    anyObject
      .described(by: ["required": ["type"], "properties": ["type": ["type": "string"]]])
      .also { $0["type"]?.string == nil ? .refused("Input should have a 'type', which is a string") : nil }
  }

  static var nameOrObject: ValueRule {
    ValueRule(
      schema: ["anyOf": [["type": "string"], ["type": "object"]]],
      read: { json, errors in
        if json.string != nil || json.object != nil { return json }
        errors.add(.refused("Input should be a string or an object"))
        return nil
      },
      write: { $0 })
  }
}
