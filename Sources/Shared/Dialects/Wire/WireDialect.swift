public import NIOCore
public import NIOHTTP1

/// The provider's side of a dialect: how requests are written and answers are read. Pure: no I/O, no clock.
public protocol WireDialect: Sendable {
  /// What follows the provider's base URL, percent-encoded. A model's name may come from a client.
  func path(for operation: ProviderOperation, model: String) -> String

  /// Whether it is OpenAI's Responses, whose words no other dialect knows.
  var speaksResponses: Bool { get }

  /// Whether what a tool returned may hold pictures and files.
  var takesShownResults: Bool { get }

  /// How many texts may be embedded in one call; nil where there is no bound.
  var mostTexts: Int? { get }

  /// The header that carries the key; a key never stands in a URL, because URLs end in logs.
  func authorization(_ key: String) -> (name: String, value: String)

  /// Headers that every request has beside the key.
  var headers: HTTPHeaders { get }

  /// Headers of the client's that go on to a provider of this dialect, names in lower case.
  func headers(of conversation: Conversation) -> JSONObject

  /// Whether the tokens of a prompt are told before its answer, as far as they are known.
  var tellsUsageFirst: Bool { get }

  /// Whether it tells how many tokens a prompt has.
  var countsTokens: Bool { get }

  /// Throws a refusal with a sentence for what the provider's API cannot express and what changes the answer's meaning.
  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest

  /// The question how many tokens a conversation has, from the request that would be asked. Called where
  /// ``countsTokens`` says so.
  func counting(_ request: JSONObject, for target: RequestTarget) -> JSONObject

  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer

  /// The answer, or why there is none. `key` must not show in what is thrown; `maker` is the provider's name.
  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer
  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer

  /// How many tokens there are.
  func count(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> Int

  /// Reads the events of one answer. `response` has the head and no body.
  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader
}

extension WireDialect {
  public var headers: HTTPHeaders { [:] }
  public var mostTexts: Int? { nil }
  public var speaksResponses: Bool { false }
  public var takesShownResults: Bool { true }
  public var tellsUsageFirst: Bool { false }

  public var countsTokens: Bool { false }

  public func counting(_ request: JSONObject, for target: RequestTarget) -> JSONObject { request }

  public func count(from response: ProviderResponse, hiding key: Secret?) throws(ProviderFault) -> Int {
    throw .failing("no count of tokens in the answer")
  }

  public func headers(of conversation: Conversation) -> JSONObject { [:] }
}

extension Dialect {
  public var wire: any WireDialect {
    switch self {
    case .chat: ChatDialect()
    case .gemini: GeminiDialect()
    case .messages: MessagesDialect()
    case .responses: ResponsesDialect()
    }
  }
}
