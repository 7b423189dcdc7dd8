public import OrderedCollections

/// What a client asks of a model, after validation. Nil leaves a value to the provider.
public struct ChatRequest: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public var model: String
  /// The conversation, system messages first where there are any.
  public var messages: [ChatMessage]
  public var maxTokens: Int?
  /// Whether the client said `max_completion_tokens`, which newer OpenAI models want.
  public var limitsCompletionTokens = false
  public var temperature: Double?
  public var topP: Double?
  public var stop: [String]
  public var seed: Int64?
  /// `tools` in OpenAI's form.
  public var tools: [JSONValue]
  /// `tool_choice` in OpenAI's form.
  public var toolChoice: JSONValue?
  /// `response_format` in OpenAI's form.
  public var responseFormat: JSONValue?
  /// All other members that the client sent, for providers that know them. Sorted by their names.
  public internal(set) var extras: JSONObject

  public init(
    model: String = "default", messages: [ChatMessage], maxTokens: Int? = nil, temperature: Double? = nil,
    topP: Double? = nil, stop: [String] = [], seed: Int64? = nil, tools: [JSONValue] = [],
    toolChoice: JSONValue? = nil, responseFormat: JSONValue? = nil, extras: JSONObject = [:]
  ) {
    self.model = model
    self.messages = messages
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topP = topP
    self.stop = stop
    self.seed = seed
    self.tools = tools
    self.toolChoice = toolChoice
    self.responseFormat = responseFormat
    self.extras = extras.sortedByName
  }

  /// What is assumed of an answer whose length the client does not limit, in tokens.
  static let usualAnswer = 1024

  /// A rough count of the tokens that this request may use: a token for four characters, and all of
  /// `maxTokens`. It orders tenants and is never billed.
  public var estimatedTokens: Int {
    let tools = tools.isEmpty ? 0 : JSONValue.array(tools).serialized().readableBytes / 4
    return messages.reduce((maxTokens ?? Self.usualAnswer) + tools) { sum, message in
      let members = message.members.isEmpty ? 0 : JSONValue.object(message.members).serialized().readableBytes
      return sum + (message.content.size + members) / 4 + 4
    }
  }

  /// The functions among the tools.
  public var functions: [FunctionTool] { tools.compactMap(FunctionTool.init) }
}
