import NIOCore

/// What a job asks of a model: its payload. Behind a reference, since it is large and handed from step to step.
public indirect enum JobRequest: Sendable, Hashable {
  case chat(Conversation)
  case embedding(EmbeddingRequest)
  case completion(CompletionRequest)
  case moderation(ModerationRequest)
  /// How many tokens the conversation has; nothing is answered to it.
  case count(Conversation)

  /// A route's name, or `provider/model`.
  public var model: String {
    get {
      switch self {
      case .chat(let request): request.model
      case .embedding(let request): request.model
      case .completion(let request): request.model
      case .moderation(let request): request.model
      case .count(let request): request.model
      }
    }
    set {
      switch self {
      case .chat(var request):
        request.model = newValue
        self = .chat(request)
      case .embedding(var request):
        request.model = newValue
        self = .embedding(request)
      case .completion(var request):
        request.model = newValue
        self = .completion(request)
      case .moderation(var request):
        request.model = newValue
        self = .moderation(request)
      case .count(var request):
        request.model = newValue
        self = .count(request)
      }
    }
  }

  /// A rough count of the tokens that it may use. It orders tenants and is never billed.
  public var estimatedTokens: Int {
    switch self {
    case .chat(let request): request.estimatedTokens
    case .embedding(let request): request.estimatedTokens
    case .completion(let request): request.estimatedTokens
    case .moderation(let request): request.estimatedTokens
    // No model reads it.
    case .count: 1
    }
  }

  /// The same, prompt and answer apart.
  public var estimatedUsage: TokenUsage {
    let answer = longestAnswer ?? Conversation.usualAnswer
    return TokenUsage(promptTokens: estimatedTokens - answer, completionTokens: answer)
  }

  /// The longest answer that the client allows, in tokens; nil where it does not say, 0 for what answers nothing.
  public var longestAnswer: Int? {
    switch self {
    case .chat(let request): request.parameters.maxTokens
    case .completion(let request): request.maxTokens
    case .embedding, .moderation, .count: 0
    }
  }

  /// The stored form: equal requests have equal bytes.
  public func encoded() -> ByteBuffer {
    switch self {
    case .chat(let request): request.dialect == .chat ? ChatRequestWriter.stored(request) : request.stored
    case .embedding(let request): request.openAIForm(model: request.model)
    case .completion(let request): request.stored()
    case .moderation(let request): request.stored()
    case .count(let request): Self.storedCount(of: request)
    }
  }

  /// Reads the stored form, and that of versions before. Throws ``StoredJobError`` for anything else.
  public init(stored buffer: ByteBuffer) throws(StoredJobError) { self = try StoredRequest(buffer).request }

  private static func storedCount(of conversation: Conversation) -> ByteBuffer {
    var buffer = ByteBuffer(string: "{\"count\":")
    buffer.writeImmutableBuffer(conversation.stored)
    buffer.writeStaticString("}")
    return buffer
  }

  /// Reads the stored form without its marks: ``StoredRequest``.
  static func read(
    unmarked value: JSONValue
  ) throws(StoredJobError) -> (request: JobRequest, form: StoredForm) {
    // All others have a model of their own beside it.
    if value["model"] == nil {
      if let stored = value["completion"] {
        return (.completion(try CompletionRequest(stored: stored)), .parts)
      }
      if let stored = value["moderation"] {
        return (.moderation(try ModerationRequest(stored: stored)), .parts)
      }
      if let stored = value["count"] { return (.count(try Conversation(storedTurns: stored)), .parts) }
    }
    guard value["messages"] != nil else {
      // Embeddings may have any member of their clients', and always an input.
      if value["input"] == nil, value[Conversation.storedTurns] != nil {
        return (.chat(try Conversation(storedTurns: value)), .parts)
      }
      return (.embedding(try EmbeddingRequest(stored: value)), .parts)
    }
    return (.chat(try Conversation(stored: value)), value["dialect"] == nil ? .message : .parts)
  }
}

extension Conversation {
  /// What is none of OpenAI's in the stored form.
  private static let members = olderMembers + ["dialect", "saves_thoughts", "extras", "headers"]
  /// The same of versions up to 0.1, in which all else is the client's.
  private static let olderMembers = ["model", "messages"]

  /// What versions up to 0.1 stored has no dialect: all of it is OpenAI's.
  fileprivate init(stored value: JSONValue) throws(StoredJobError) {
    guard let model = value["model"]?.string, let messages = value["messages"]?.array else {
      throw .unreadable(what: "request", "a member is missing")
    }
    let dialect = value["dialect"]
    let turns = try messages.map { (json) throws(StoredJobError) in
      guard let message = json.object, let role = message["role"]?.string.flatMap(Turn.Role.init) else {
        throw .unreadable(what: "request", "a message is malformed")
      }
      return Turn(chat: message, role: role)
    }
    let ours = dialect == nil ? Self.olderMembers : Self.members
    self = ChatRequestReader.conversation(
      model: model, turns: turns, value.object ?? [:], without: ours,
      extras: dialect == nil ? [:] : value["extras"]?.object ?? [:])
    parameters.savesThoughts = dialect == nil || value["saves_thoughts"]?.bool == true
    if dialect != nil { headers = value["headers"]?.object ?? [:] }
    if let name = dialect?.string {
      guard let known = Dialect(rawValue: name) else {
        throw .unreadable(what: "request", "its dialect is unknown")
      }
      self.dialect = known
    }
  }
}
