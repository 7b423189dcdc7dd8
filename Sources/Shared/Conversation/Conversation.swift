public import OrderedCollections

/// What a client asks of a model, whatever the dialect in which it asks, and after validation.
public struct Conversation: Sendable, Hashable {
  /// A route's name, or `provider/model`.
  public var model: String
  public var turns: [Turn]
  public var tools: [Tool]
  public var toolChoice: ToolChoice?
  public var parameters: Parameters
  /// In which it was asked: all extras, here and in its parts, are words of this dialect.
  public var dialect: Dialect
  /// All other members that the client sent, for providers that know them. Sorted by their names.
  public internal(set) var extras: JSONObject
  /// Headers of the client's that only its dialect knows, such as `anthropic-beta`: names in lower case, sorted. Stored with it.
  public var headers: JSONObject

  public init(
    model: String = "default", turns: [Turn], tools: [Tool] = [], toolChoice: ToolChoice? = nil,
    parameters: Parameters = Parameters(), dialect: Dialect = .chat, extras: JSONObject = [:],
    headers: JSONObject = [:]
  ) {
    self.model = model
    self.turns = turns
    self.tools = tools
    self.toolChoice = toolChoice
    self.parameters = parameters
    self.dialect = dialect
    self.extras = extras.sortedByName
    self.headers = headers.sortedByName
  }

  /// What is assumed of an answer whose length the client does not limit, in tokens.
  static let usualAnswer = 1024

  /// A rough count of the tokens that this request may use: a token for four characters, and all of `maxTokens`. It
  /// orders tenants and is never billed.
  public var estimatedTokens: Int {
    let tools = tools.reduce(0) { $0 + $1.size } / 4
    return turns.reduce((parameters.maxTokens ?? Self.usualAnswer) + tools) { $0 + $1.weight / 4 + 4 }
  }

  /// The functions among the tools.
  public var functions: [FunctionTool] {
    tools.compactMap { if case .function(let function) = $0 { function } else { nil } }
  }

  /// Who made the last thoughts that none but their maker can take back, where the provider is known; nil without such.
  public var maker: Maker? {
    for turn in turns.reversed() where turn.role == .assistant {
      for part in turn.parts {
        switch part {
        case .thought(let thought): if let maker = thought.maker, maker.provider != nil { return maker }
        case .toolCall(let call): if let maker = call.maker, maker.provider != nil { return maker }
        case .opaque(let part): if let maker = part.maker, maker.provider != nil { return maker }
        default: continue
        }
      }
    }
    return nil
  }

  /// Whether a speaker has a name. Some clients name a function again in its result, which says nothing.
  var hasNames: Bool { turns.contains { $0.name != nil && $0.role != .tool } }

  /// Whether the model is to go on after what a call brought.
  public var endsInToolResult: Bool {
    guard case .toolResult = turns.last?.parts.last else { return false }
    return true
  }
}
