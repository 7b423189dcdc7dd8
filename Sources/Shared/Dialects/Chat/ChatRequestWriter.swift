public import NIOCore
import OrderedCollections

/// Writes a conversation in OpenAI's form: for the queue, where equal requests have equal bytes, or for a provider.
public struct ChatRequestWriter {
  private let conversation: Conversation
  /// Nil for the queue, which keeps all.
  private let target: RequestTarget?

  /// Whether the client asked for the whole prompt to be cached, where the server knows no such wish. Marks within messages are
  /// left out in silence, as other caches need none.
  private let dropsCacheControl: Bool

  /// For a provider: what its server does not take is left out, and what is of use to its maker only.
  public init(_ conversation: Conversation, for target: RequestTarget) {
    dropsCacheControl = !target.shape.takesCacheControl && conversation.extras["cache_control"] != nil
    let fitting = target.fitToolCallIDs(of: conversation)
    self.conversation = target.shape.takesCacheControl ? fitting : fitting.withoutCacheControl
    self.target = target
  }

  private init(stored conversation: Conversation) {
    self.conversation = conversation
    target = nil
    dropsCacheControl = false
  }

  /// The stored form: compact JSON in one fixed order.
  public static func stored(_ conversation: Conversation) -> ByteBuffer {
    let writer = ChatRequestWriter(stored: conversation)
    return writer.write(model: conversation.model) { json in
      json.member("dialect", conversation.dialect.rawValue)
      if conversation.parameters.savesThoughts { json.member("saves_thoughts", json: true) }
    }
  }

  /// The body of a request to the target, and what of the request was left out.
  public func body(streams: Bool) -> WrittenRequest {
    guard let target else { return WrittenRequest(body: ByteBuffer()) }
    let body = write(model: target.model) { json in
      guard streams else { return }
      json.name("stream")
      json.write(true)
      // Usage is wanted for the record, whether or not the client asked for it.
      guard target.shape.takesStreamOptions else { return }
      json.name("stream_options")
      json.object { json in
        json.name("include_usage")
        json.write(true)
      }
    }
    return target.shape.edit(WrittenRequest(body: body, dropped: droppedHints))
  }

  private func write(model: String, _ writeHead: (inout JSONWriter) -> Void) -> ByteBuffer {
    var json = JSONWriter(capacity: 192 + conversation.turns.reduce(0) { $0 + $1.weight + 40 })
    json.object { json in
      writeHead(&json)
      json.member("model", model)
      writeParameters(to: &json)
      json.name("messages")
      json.array { for turn in conversation.turns { write(turn, to: &$0) } }
      if target == nil {
        // Under a name of their own, so that no member of a client's is taken for one of ours.
        if !conversation.extras.isEmpty { json.member("extras", json: .object(conversation.extras)) }
        if !conversation.headers.isEmpty { json.member("headers", json: .object(conversation.headers)) }
      } else if conversation.dialect == .chat {
        json.members(conversation.extras)
      }
    }
    return json.buffer
  }

  // MARK: - Parameters

  private var takesSampling: Bool { target?.shape.takesSampling ?? true }

  private var droppedHints: [String] {
    var dropped: [String] = []
    if !takesSampling {
      if conversation.parameters.temperature != nil { dropped.append("temperature") }
      if conversation.parameters.topP != nil { dropped.append("top_p") }
    }
    if !takesNames, conversation.hasNames { dropped.append("name") }
    if dropsCacheControl { dropped.append("cache_control") }
    return dropped
  }

  private func writeParameters(to json: inout JSONWriter) {
    let parameters = conversation.parameters
    if let limit = parameters.maxTokens { json.member(limitName, Int64(limit)) }
    if takesSampling {
      if let temperature = parameters.temperature { json.member("temperature", json: .double(temperature)) }
      if let topP = parameters.topP { json.member("top_p", json: .double(topP)) }
    }
    if !parameters.stop.isEmpty { json.member("stop", json: .array(parameters.stop.map(JSONValue.string))) }
    if let seed = parameters.seed { json.member("seed", seed) }
    if let effort = parameters.effort { json.member("reasoning_effort", effort) }
    if let isAllowed = parameters.parallelToolCalls {
      json.member("parallel_tool_calls", json: .bool(isAllowed))
    }
    if let user = parameters.user { json.member("user", user) }
    if !conversation.tools.isEmpty { json.member("tools", json: .array(conversation.tools.map(\.chatForm))) }
    if let choice = conversation.toolChoice { json.member("tool_choice", json: choice.chatForm) }
    if let format = parameters.responseFormat { json.member("response_format", json: format.chatForm) }
  }

  private var limitName: StaticString {
    switch target?.shape.limitName {
    case .maxTokens: "max_tokens"
    case .maxCompletionTokens: "max_completion_tokens"
    case nil: conversation.parameters.limitsCompletionTokens ? "max_completion_tokens" : "max_tokens"
    }
  }

  // MARK: - Messages

  private func write(_ turn: Turn, to json: inout JSONWriter) {
    json.object { json in
      json.member("role", name(of: turn.role))
      switch turn.role {
      case .tool: writeResult(turn, to: &json)
      case .assistant: ChatMessageWriter(turn, for: target).write(to: &json)
      case .system, .developer, .user:
        json.name("content")
        ChatMessageWriter.write(content: turn.parts, to: &json)
      }
      if let name = turn.name, takesNames || turn.role == .tool { json.member("name", name) }
      if conversation.dialect == .chat, !turn.extras.isEmpty { json.members(extras(of: turn)) }
    }
  }

  /// Groq and most compatible servers know no `developer`, and OpenAI takes the one for the other.
  private func name(of role: Turn.Role) -> String {
    guard let target, role == .developer || role == .system else { return role.rawValue }
    if let name = target.shape.systemRole { return name.rawValue }
    return Turn.Role.system.rawValue
  }

  private var takesNames: Bool { target?.shape.takesMessageNames ?? true }

  private func writeResult(_ turn: Turn, to json: inout JSONWriter) {
    guard case .toolResult(let result) = turn.parts.first else { return }
    json.member("tool_call_id", result.callID)
    json.name("content")
    ChatMessageWriter.write(content: result.parts, to: &json)
  }

  /// What a client wishes of a message of a model's beside OpenAI's own members: that it is gone on with (DeepSeek, Mistral;
  /// Moonshot, Qwen), and how far a prompt is cached. All else is what the answer's provider added, of which nothing tells who
  /// that was, and nobody else takes it.
  private static let wishes: Set<String> = ["prefix", "partial", "weight", "cache_control"]

  private func extras(of turn: Turn) -> JSONObject {
    guard target != nil, turn.role == .assistant else { return turn.extras }
    return turn.extras.filter { Self.wishes.contains($0.key) }
  }
}

extension Tool {
  fileprivate var chatForm: JSONValue {
    switch self {
    case .other(let json): return json
    // No conversation of this dialect has them: it writes them as its own.
    case .custom(let tool): return tool.chatForm
    case .namespace(let space): return .array(space.tools.map(\.chatForm))
    case .function(let function):
      var form: JSONObject = ["name": .string(function.name)]
      if let description = function.description { form["description"] = .string(description) }
      if let parameters = function.parameters { form["parameters"] = parameters }
      if let isStrict = function.isStrict { form["strict"] = .bool(isStrict) }
      for (name, value) in function.extras["function"]?.object ?? [:] { form[name] = value }
      var tool: JSONObject = ["type": "function", "function": .object(form)]
      for (name, value) in function.extras where name != "function" { tool[name] = value }
      return .object(tool)
    }
  }
}

extension CustomTool {
  fileprivate var chatForm: JSONValue {
    var form: JSONObject = ["name": .string(name)]
    form["description"] = description.map(JSONValue.string)
    if case .object(var format)? = format {
      if format["type"] == "grammar" {
        format["type"] = nil
        form["format"] = ["type": "grammar", "grammar": .object(format)]
      } else {
        form["format"] = .object(format)
      }
    }
    return ["type": "custom", "custom": .object(form)]
  }
}

extension ToolChoice {
  fileprivate var chatForm: JSONValue {
    switch self {
    case .auto: "auto"
    case .none: "none"
    case .required: "required"
    case .function(let name): ["type": "function", "function": ["name": .string(name)]]
    case .other(let json): json
    }
  }
}

extension ResponseFormat {
  fileprivate var chatForm: JSONValue {
    switch self {
    case .text: return ["type": "text"]
    case .jsonObject: return ["type": "json_object"]
    case .jsonSchema(let schema):
      var form: JSONObject = ["name": .string(schema.name)]
      if let json = schema.schema { form["schema"] = json }
      for (name, value) in schema.extras { form[name] = value }
      return ["type": "json_schema", "json_schema": .object(form)]
    case .other(let json): return json
    }
  }
}
